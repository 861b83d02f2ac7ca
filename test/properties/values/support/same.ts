import { dayOf } from './days';
import type { Described } from './meaning';
import { readFlag } from './meaning';

const ZONE = 'Europe/Moscow';

/** What was sent, with the rows of an attendance, of which two short lists are another spelling. */
export function inBody(body: Record<string, unknown>): Array<Record<string, unknown>> {
	const details = (Array.isArray(body.details) ? body.details : []) as Array<Record<string, unknown>>;
	const of = (flag: number) =>
		details.filter(({ is_attend: was }) => was === flag).map((row) => row.customer_id);
	return [{ ...body, present_ids: of(1), absent_ids: of(0) }, ...details];
}

/** Whether what was sent or stored is what the value says, however it is written. */
export function sameValue(field: Described, held: unknown, said: unknown, mayHoldMore = false): boolean {
	if (held === undefined) return false;
	if (Array.isArray(said)) {
		const items = Array.isArray(held) ? held : [held];
		const within = (item: unknown, list: unknown[]) => list.some((one) => sameItem(field, one, item));
		return (
			said.every((item) => within(item, items)) && (mayHoldMore || items.every((item) => within(item, said)))
		);
	}
	const [only] = Array.isArray(held) && held.length === 1 ? held : [held];
	return sameItem(field, only, said);
}

function sameItem({ type, name }: Described, held: unknown, said: unknown): boolean {
	if (type === 'flag' || type === 'boolean') return readFlag(held) === readFlag(said);
	if (type === 'date') return dayOf(held, ZONE) === said;
	if (type === 'time') return String(held).replace(/^.* /, '').slice(0, 5) === said;
	const digits = (value: unknown) => String(value).replace(/\D/g, '').slice(-10);
	if (name === 'phone' && digits(said).length >= 7 && digits(held) === digits(said)) return true;
	const norm = (value: unknown) => String(value).trim().normalize('NFC').replace(/\s+/g, ' ');
	if (norm(held) === norm(said)) return true;
	if (type === 'custom' && dayOf(held, ZONE) !== undefined) return dayOf(held, ZONE) === said;
	return norm(held) !== '' && norm(said) !== '' && type !== 'text' && Number(held) === Number(said);
}
