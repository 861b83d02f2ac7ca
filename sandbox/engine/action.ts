import type { ApiResponse } from '../model/httpError';
import type { Settings } from '../model/settings';
import type { ActionCall } from './call';
import type { Store } from './store';
import type { Writer } from './write';

/** What an action that is no plain list or write has at hand. */
export interface ActionContext {
	call: Omit<ActionCall, 'entity'>;
	store: Store;
	settings: Settings;
	writer: Writer;
}

export interface Action {
	/** Changes nothing, so that it may be done again. */
	isRead: boolean;
	run: (context: ActionContext) => ApiResponse;
}
