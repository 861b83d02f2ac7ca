import type { IDataObject } from 'n8n-workflow';

import type { DateFormat } from '../../values/formats';
import type { ApiRequest } from '../../api/request';

/** Formats of days, by the names of the fields that may have to be written in them. */
export type FallbackDates = Readonly<Partial<Record<string, DateFormat>>>;

/** A call that the item itself adds its part to. */
export type ItemRequest = Omit<
	ApiRequest,
	'itemIndex' | 'isIdempotent' | 'savedBefore' | 'onSend' | 'onLost'
> & {
	fallbackDates?: FallbackDates;
};

/** How a call that writes is taken for done. */
export interface Saving {
	/** The record as it was read before, so that a list that still shows it that way can be recognised. */
	before?: IDataObject;
	/** What an answer without `success` must hold to count as a success; API notes 6 on bonuses. */
	confirms?: string;
}
