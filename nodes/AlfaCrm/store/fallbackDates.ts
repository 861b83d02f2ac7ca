/**
 * For a few days, such as the first day of a group, it is not known which of two formats AlfaCRM
 * reads. API notes 5.6 and 5.11. Such a day is sent in the likelier format first. If AlfaCRM
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

/** Collects the fallback formats that fields declare. */
export function collectFallbackFormats(fields: readonly Field[]): FallbackFormats {
	const formats: Record<string, DateFormat> = {};
	for (const { name, fallbackDateFormat } of fields) {
		if (fallbackDateFormat !== undefined) formats[name] = fallbackDateFormat;
	}
	return formats;
}

/**
 * Whether AlfaCRM refuses a call because it cannot read a day that has a fallback format. Nothing
 * has been saved then.
 */
export function isRefusedForDayFormat(
	failure: ApiFailure,
	{ body = {}, fallbackFormats = {} }: Call,
): boolean {
	if (failure.kind !== 'refusal') return false;

	const sentDays = Object.keys(fallbackFormats).filter((name) => name in body);
	const messages = sentDays.flatMap((name) => failure.fields?.[name] ?? []);
	return messages.some((message) => WRONG_FORMAT.test(message));
}

/** Copies a call, and writes the days in its body in their fallback formats. */
export function writeFallbackFormats<C extends Call>(call: C, zone: string): C {
	const { body = {}, fallbackFormats = {} } = call;
	const rewrittenBody = { ...body };
	// The type of `FallbackFormats` allows undefined formats, but `collectFallbackFormats` makes none.
	for (const [name, format = 'iso'] of Object.entries(fallbackFormats)) {
		if (name in body) rewrittenBody[name] = formatDay(body[name], format, zone) ?? body[name];
	}
	return { ...call, body: rewrittenBody };
}
