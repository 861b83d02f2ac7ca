import type { Act } from '../../engine/action';
import { bonus } from './bonus';
import { calendar } from './calendar';
import { teach } from './teach';

/** What is neither a list nor a write, by the two names in its path. */
const actions = new Map(
	Object.entries({ bonus, calendar, lesson: { teach } }).flatMap(([path, acts]) =>
		Object.entries<Act>(acts).map(([name, act]) => [`${path}/${name}`, act]),
	),
);

export const findAction = (path: string, name: string): Act | undefined => actions.get(`${path}/${name}`);
