import type { Action } from '../../engine/action';
import { bonus } from './bonus';
import { calendar } from './calendar';
import { teach } from './teach';

/** The actions that are neither lists nor writes, by the first and the second name in their path. */
const actions: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
	bonus,
	calendar,
	lesson: { teach },
};

const actionsByPath = new Map<string, Action>();
for (const [path, namedActions] of Object.entries(actions)) {
	for (const [name, action] of Object.entries(namedActions)) {
		actionsByPath.set(`${path}/${name}`, action);
	}
}

/** Finds an action such as `lesson/teach`. */
export function findAction(path: string, name: string): Action | undefined {
	return actionsByPath.get(`${path}/${name}`);
}
