import type { ListCall } from './list';
import type { Settings } from '../model/settings';
import type { Store } from './store';
import type { Writer } from './write';
import type { Answer } from '../model/http-error';

/** What an action that is no plain list or write has at hand. */
export interface Acting {
	call: ListCall;
	store: Store;
	settings: Settings;
	writer: Writer;
}

export interface Act {
	/** Changes nothing, so that it may be done again. */
	isRead: boolean;
	run: (acting: Acting) => Answer;
}

/** A path with actions but no records of its own. */
export interface Controller {
	path: string;
	acts: Readonly<Record<string, Act>>;
}
