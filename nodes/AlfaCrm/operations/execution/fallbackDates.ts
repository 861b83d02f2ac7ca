import type { IDataObject } from 'n8n-workflow';

import type { ApiFailure } from '../../api/failures';
import { formatDay } from '../../values/formats';
import type { Field } from '../../entities/fieldTypes';
import type { FallbackDates, ItemRequest } from './itemRequest';
import type { Execution } from './execution';

/** How AlfaCRM begins to say that it cannot read a value. API notes 4. */
const UNREADABLE = /формат/i;

/** The days of which it is not known how AlfaCRM takes them, with the format that is tried second. */
export function fallbackDatesOf(fields: readonly Field[]): FallbackDates {
	return Object.fromEntries(
		fields.flatMap(({ name, fallbackDateFormat }) =>
			fallbackDateFormat === undefined ? [] : [[name, fallbackDateFormat]],
		),
	);
}

/** Sends one call; the answer is undefined after a failure that is expected. */
type Attempt<T> = (call: ItemRequest, isExpected: (failure: ApiFailure) => boolean) => Promise<T | undefined>;

/**
 * Sends a call, and sends the days that AlfaCRM cannot read again in the other known format; if that works, later calls use it
 * at once.
 *
 * @param known which days go out in the other format; those that are found to need it are added
 */
export async function sendWithFallbackDates<T>(
	call: ItemRequest,
	known: Set<string>,
	zone: string,
	attempt: Attempt<T>,
): Promise<T> {
	const inUse = new Set(known);
	for (;;) {
		let refused: string[] = [];
		const answer = await attempt(
			withFallbackDates(call, inUse, zone),
			(failure) => (refused = unreadableDays(failure, call, inUse)).length > 0,
		);
		if (answer === undefined) {
			for (const name of refused) inUse.add(name);
			continue;
		}
		for (const name of inUse) known.add(name);
		return answer;
	}
}

/**
 * The days that AlfaCRM could not read as they were written, which saved nothing, so that they may be sent in the other
 * format. Refused for another reason they stay.
 *
 * @param inUse those that were sent in the other format already
 */
function unreadableDays(
	failure: ApiFailure,
	{ body = {}, fallbackDates = {} }: ItemRequest,
	inUse: ReadonlySet<string>,
): string[] {
	if (failure.kind !== 'refusal') return [];
	const { fields = {}, serverMessage = '' } = failure;
	const saysSo = (name: string) => fields[name]?.some((text) => UNREADABLE.test(text));
	const left = Object.keys(fallbackDates).filter((name) => name in body && !inUse.has(name));
	// Some accounts may not say which field it is about.
	const isNameless =
		Object.keys(fields).every((name) => name === '') && (saysSo('') || UNREADABLE.test(serverMessage));
	return isNameless ? left : left.filter(saysSo);
}

/** The call with some of its days in their other format. */
function withFallbackDates(call: ItemRequest, inUse: ReadonlySet<string>, zone: string): ItemRequest {
	const { body = {}, fallbackDates = {} } = call;
	const entries = Object.entries(body).map(([name, value]) => {
		const format = inUse.has(name) ? fallbackDates[name] : undefined;
		return [name, format === undefined ? value : (formatDay(value, format, zone) ?? value)];
	});
	return { ...call, body: Object.fromEntries(entries) };
}

/**
 * AlfaCRM may report a success and lose a day that it cannot read. API notes 5.3.
 *
 * @param model the record in its answer
 * @throws what `failed` makes of it, where a day that was sent in the other format is not in it
 */
export function assertKept(
	execution: Execution,
	call: ItemRequest,
	model: IDataObject,
	failed: (message: string, description: string) => Error,
): void {
	const inUse = execution.fallbackDatesInUse(call.path);
	const lost = ignoredDays(call, inUse, model, execution.zone);
	if (lost.length === 0) return;
	for (const name of lost) inUse.delete(name);
	execution.forget(call);
	const labels = lost.map((name) => `'${call.labels?.[name] ?? name}'`).join(' and ');
	throw failed(
		`AlfaCRM did not keep ${labels} when asked to ${call.task}`,
		'Look in AlfaCRM what was saved, and set it there.',
	);
}

/** The days that were sent in the other format and that the record which AlfaCRM answers with shows otherwise. */
function ignoredDays(
	{ body = {} }: ItemRequest,
	inUse: ReadonlySet<string>,
	model: IDataObject,
	zone: string,
): string[] {
	return [...inUse]
		.filter((name) => name in body && model[name] !== undefined)
		.filter((name) => formatDay(model[name], 'iso', zone) !== formatDay(body[name], 'iso', zone));
}
