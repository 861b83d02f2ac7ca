/**
 * For a few days, such as the first day of a group, it is not known which of two formats AlfaCRM
 * accepts. API notes 5.6 and 5.11. Such a day is sent in the likelier format first. If AlfaCRM
 * answers that it cannot read the day, it has saved nothing. Then the call is sent once more with
 * the day in the other format, the fallback.
 */

import type { ApiFailure } from '../api/failures';
import type { ApiRequest } from '../api/request';
import type { Field } from '../entities/fieldTypes';
import type { DateFormat } from '../values/formats';
import { formatDay } from '../values/formats';

/** The fallback format of each field that has one, by the name of the field. */
export type FallbackFormats = Readonly<Partial<Record<string, DateFormat>>>;

/** A call, with the fallback formats of the fields in its body. */
type Call = Pick<ApiRequest, 'body'> & { fallbackFormats?: FallbackFormats };

/**
 * Matches AlfaCRM's message that a value has the wrong format. API notes 4.
 */
const WRONG_FORMAT = /формат/i;

/**
 * Collects the second format of each field for days whose format is not certain. The result has the
 * names of the fields as its keys.
 */
export function collectFallbackFormats(fields: readonly Field[]): FallbackFormats {
	const formats: Record<string, DateFormat> = {};
	for (const field of fields) {
		if (field.fallbackDateFormat !== undefined) {
			formats[field.name] = field.fallbackDateFormat;
		}
	}
	return formats;
}

/**
 * Whether AlfaCRM refuses a call because it cannot read a day, and the day has a second format to
 * try. After such a refusal nothing has been saved.
 */
export function isRefusedForDayFormat(failure: ApiFailure, call: Call): boolean {
	if (failure.kind !== 'refusal') return false;

	const body = call.body ?? {};
	const namesWithFallback = Object.keys(call.fallbackFormats ?? {});
	const sentNames = namesWithFallback.filter((name) => name in body);
	const messages = sentNames.flatMap((name) => failure.fields?.[name] ?? []);
	return messages.some((message) => WRONG_FORMAT.test(message));
}

/** Copies a call, and writes each day in its body that has a second format in that format. */
export function writeFallbackFormats<C extends Call>(call: C, zone: string): C {
	const body = { ...call.body };
	const formats: FallbackFormats = call.fallbackFormats ?? {};
	for (const [name, format] of Object.entries(formats)) {
		if (format === undefined || !(name in body)) continue;
		body[name] = formatDay(body[name], format, zone) ?? body[name];
	}
	return { ...call, body };
}
