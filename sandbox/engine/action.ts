import type { Answer } from '../model/http-error';
import type { Settings } from '../model/settings';
import type { ListCall } from './call';
import type { Store } from './store';
import type { Writer } from './write';

/** What an action that is no plain list or write has at hand. */
export interface Acting {
	call: Omit<ListCall, 'entity'>;
	store: Store;
	settings: Settings;
	writer: Writer;
}

export interface Act {
	/** Changes nothing, so that it may be done again. */
	isRead: boolean;
	run: (acting: Acting) => Answer;
}
