import type { ApiFailure } from '../api/failures';
import type { ApiRequest } from '../api/request';
import type { DateFormat } from '../values/formats';
import { formatDay } from '../values/formats';
import type { Field } from '../entities/fieldTypes';

/** Formats of days, by the names of the fields that may have to be written in them. */
export type FallbackDates = Readonly<Partial<Record<string, DateFormat>>>;

/** A call whose body may hold such days. */
type Call = Pick<ApiRequest, 'body'> & { fallbackDates?: FallbackDates };

/** How AlfaCRM begins to say that it cannot read a value. API notes 4. */
const UNREADABLE = /формат/i;

/** The days of which sources disagree how AlfaCRM takes them, with the format that is tried second. API notes 5.6, 5.11. */
export function fallbackDatesOf(fields: readonly Field[]): FallbackDates {
	return Object.fromEntries(
		fields.flatMap(({ name, fallbackDateFormat }) =>
			fallbackDateFormat === undefined ? [] : [[name, fallbackDateFormat]],
		),
	);
}

/** Whether AlfaCRM says that it cannot read such a day of a call, so that it has saved nothing. */
export const isDayUnreadable = (failure: ApiFailure, { body = {}, fallbackDates = {} }: Call): boolean =>
	failure.kind === 'refusal' &&
	Object.keys(fallbackDates).some(
		(name) => name in body && failure.fields?.[name]?.some((text) => UNREADABLE.test(text)),
	);

/** The call with its days in the format that is tried second. */
export function withFallbackDates<C extends Call>(call: C, zone: string): C {
	const { body = {}, fallbackDates = {} } = call;
	const days = Object.entries(fallbackDates)
		.filter(([name]) => name in body)
		.map(([name, format = 'iso']) => [name, formatDay(body[name], format, zone) ?? body[name]]);
	return { ...call, body: { ...body, ...Object.fromEntries(days) } };
}
