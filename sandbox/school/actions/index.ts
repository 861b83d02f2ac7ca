import type { Action } from '../../engine/action';
import { bonus } from './bonus';
import { calendar } from './calendar';
import { teach } from './teach';

/** What is neither a list nor a write, by the two names in its path. */
const actions = new Map(
	Object.entries({ bonus, calendar, lesson: { teach } }).flatMap(([path, named]) =>
		Object.entries<Action>(named).map(([name, action]) => [`${path}/${name}`, action]),
	),
);

export const findAction = (path: string, name: string): Action | undefined => actions.get(`${path}/${name}`);
