import type { ApiFailure } from '../../api/failures';
import type { ApiRequest } from '../../api/request';
import type { DateFormat } from '../../values/formats';
import { formatDay } from '../../values/formats';
import type { Field } from '../../entities/fieldTypes';

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

/** Such days of a call as AlfaCRM says that it cannot read, so that it has saved nothing. */
export function unreadableDays(failure: ApiFailure, { body = {}, fallbackDates = {} }: Call): string[] {
	if (failure.kind !== 'refusal') return [];
	const isUnreadable = (name: string) => failure.fields?.[name]?.some((text) => UNREADABLE.test(text));
	return Object.keys(fallbackDates).filter((name) => name in body && isUnreadable(name));
}

/** The call with some of its days in the format that is tried second. */
export function withFallbackDates<C extends Call>(
	call: C,
	isRefused: (name: string) => boolean,
	zone: string,
): C {
	const { body = {}, fallbackDates = {} } = call;
	const entries = Object.entries(body).map(([name, value]) => {
		const format = isRefused(name) ? fallbackDates[name] : undefined;
		return [name, format === undefined ? value : (formatDay(value, format, zone) ?? value)];
	});
	return { ...call, body: Object.fromEntries(entries) };
}
