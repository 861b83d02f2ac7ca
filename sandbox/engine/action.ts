import type { ApiResponse } from '../model/httpError';
import type { Settings } from '../model/settings';
import type { ActionCall } from './call';
import type { Store } from './store';
import type { Writer } from './write';

/** An action that neither lists nor writes the records of one entity, such as `bonus/bonus-add`. */
export interface Action {
	/** The action changes nothing, so the server may run it more than once for a call. */
	isRead: boolean;
	run: (context: ActionContext) => ApiResponse;
}

/** The call that an action answers, and the parts of the server that it works with. */
export interface ActionContext {
	call: Omit<ActionCall, 'entity'>;
	store: Store;
	settings: Settings;
	writer: Writer;
}
