/**
 * Sends dates to AlfaCRM in a second format if AlfaCRM cannot read the first one.
 *
 * For some date fields, such as the first day of a group, it is not known which of two formats
 * AlfaCRM accepts (docs/alfacrm-api.md 5.6 and 5.11). The date is first sent in the likelier
 * format. If AlfaCRM answers that it cannot read the date, it has saved nothing, so the call is
 * sent again with the date in the second format, the fallback format.
 */

import type { ApiFailure } from '../api/failures';
import type { ApiRequest } from '../api/request';
import type { Field } from '../entities/fieldTypes';
import type { DateFormat } from '../values/formats';
import { formatDay } from '../values/formats';

/** The fallback format of each field that has one, by the name of the field. */
export type FallbackFormats = Readonly<Partial<Record<string, DateFormat>>>;

/** A call, with the fallback formats of the date fields that its body can have. */
type Call = Pick<ApiRequest, 'body'> & { fallbackFormats?: FallbackFormats };

/** Matches AlfaCRM's message that a value has the wrong format. See docs/alfacrm-api.md 4. */
const WRONG_FORMAT = /формат/i;

/** Collects the fallback formats of those fields that have one. */
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
 * Whether AlfaCRM has refused a call because of the format of a date for which there is a fallback
 * format. After such a refusal nothing has been saved.
 */
export function isRefusedForDayFormat(failure: ApiFailure, call: Call): boolean {
	if (failure.kind !== 'refusal') return false;

	const body = call.body ?? {};
	const fieldsWithFallback = Object.keys(call.fallbackFormats ?? {});
	const sentFields = fieldsWithFallback.filter((name) => name in body);
	const messages = sentFields.flatMap((name) => failure.fields?.[name] ?? []);
	return messages.some((message) => WRONG_FORMAT.test(message));
}

/** Copies a call and writes the dates in its body in their fallback formats. */
export function writeFallbackFormats<C extends Call>(call: C, zone: string): C {
	const body = { ...call.body };
	const formats: FallbackFormats = call.fallbackFormats ?? {};
	for (const [name, format] of Object.entries(formats)) {
		if (format === undefined || !(name in body)) continue;
		// A value that is not a date is sent unchanged.
		body[name] = formatDay(body[name], format, zone) ?? body[name];
	}
	return { ...call, body };
}
