import type { JournalEntry, RecordChange } from '../../../sandbox';
import { defaultSettings } from '../../../sandbox/model/settings';
import { dayOf } from './days';
import type { Described, Meaning } from './meaning';
import { readFlag } from './meaning';
import { isOneOfSeveral, meaningAt } from './place';
import type { Probe } from './probes';
import type { Outcome, Runner } from './runner';
import { isAtOnce } from './runner';
import type { Row } from './targets';
import type { Built, Situation } from './situations';
import { dayPlus } from '../../support/days';

const ACTIVE = '2030-12-31';
const CRASH =
	/TypeError|RangeError|SyntaxError|Cannot (read|convert|destructure)|is not a function|is not iterable|Maximum call|Unexpected token|reading '/;
/** Each of two days or times is good, but not together. */
const DO_NOT_FIT =
	/'[^']+' must (not be before|be later than|be between) '[^']+'|'Duration' must be at most \d+ minutes/;
/** Change with others, whatever is written: lists of a customer's groups, who was at a lesson, balances. */
const FOLLOWING = new Set(['lesson-details', 'log']);
const isBlank = (value: unknown): boolean =>
	value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
const callOf = ({ entity, action }: JournalEntry): string => `${entity}/${action}`;
const isWrite = ({ action }: JournalEntry): boolean =>
	/^(create|update|delete|teach|bonus-(add|spend))$/.test(String(action));

/** The other opinion on what became of one value, to which the node is held. */
export class Oracle {
	constructor(
		private readonly situation: Situation,
		private readonly built: Built,
		private readonly probe: Probe,
		/** The same with the value left out, or with a good one. */
		private readonly baseline: Outcome,
		private readonly runner: Runner,
	) {}

	private meaning(given: unknown): Meaning {
		return meaningAt(this.situation, this.built, this.probe, given);
	}

	/** Only refused, and so good for a batch. */
	mustRefuse(given: unknown): boolean {
		const { refuse, empty, says, anything } = this.meaning(given);
		return refuse === true && !empty && !anything && (says ?? []).length === 0;
	}

	/** @returns what is wrong; undefined when all is well */
	judge(given: unknown, outcome: Outcome): string | undefined {
		return this.never(given, outcome) ?? this.meant(this.meaning(given), this.probe.arrives(given), outcome);
	}

	/** The words with which a value is refused must say where it stands. */
	judgeWords(text: string): string | undefined {
		if (CRASH.test(text)) return `crashes: ${text.slice(0, 160)}`;
		if (text.includes('[object Object]'))
			return `is refused, but shown as [object Object]: ${text.slice(0, 120)}`;
		const labels = this.probe.field.label.replace(/ Names? or IDs?$| IDs?$/, '').split('|');
		// Of an empty record the first field that is missed is told.
		if (this.probe.field.name === 'json' && /is empty, but|are both empty/.test(text)) return undefined;
		const isNamed = [...labels, this.probe.field.name].some((label) => text.includes(label));
		if (isNamed || this.mayBeUnnamed(text)) return undefined;
		return `is refused without its label: ${text.slice(0, 160)}`;
	}

	private mayBeUnnamed(text: string): boolean {
		return /node has issues|nothing to update|No customer is given|has no field|has no filter/i.test(text);
	}

	/** What may not be, whatever the value means. */
	private never(given: unknown, outcome: Outcome): string | undefined {
		const { error, requests, changes, rows } = outcome;
		const writes = requests.filter(isWrite);
		if (error !== undefined && CRASH.test(error)) return `crashes: ${error.slice(0, 160)}`;
		const broken = requests.find(({ status }) => (status ?? 0) >= 500);
		if (broken) return `makes the server fail: ${callOf(broken)} ${JSON.stringify(broken.body)}`;
		const stranger = writes.find((entry) => !this.built.writes.includes(callOf(entry)) && !this.mayBe(entry));
		if (stranger)
			return `sends ${callOf(stranger)} ${JSON.stringify(stranger.query)} ${JSON.stringify(stranger.body)}`;
		const other = changes.find((change) => !this.isAllowed(given, change, writes));
		if (other) return `${kindOf(other)} ${other.entity} ${other.id}`;
		const emptied = changes.map(emptiedIn).find((name) => name !== undefined);
		if (emptied !== undefined && !this.isOverwriting()) return `empties ${emptied}`;
		if (this.isIgnored() && rows.length > 0 && rows.length === this.baseline.rows.length)
			return 'returns everything';
		const made = writes.flatMap((entry) => (entry.action === 'create' ? [callOf(entry)] : []));
		// What tries the writes of several kinds makes one of each.
		if (new Set(made).size < made.length || (made.length > 1 && this.situation.entity !== undefined))
			return 'creates more than once';
		return undefined;
	}

	/** A filter that the server does not know; what has no lower bound may well leave all rows. */
	private isIgnored(): boolean {
		const { role, field } = this.probe;
		const name = `${this.situation.entity?.path}.${field.name}`;
		return role === 'filter' && !name.endsWith('_to') && defaultSettings.ignoredFilters.includes(name);
	}

	private isOverwriting(): boolean {
		return this.probe.field.name === 'overwriteWithEmpty';
	}

	/** A key that finds nobody makes a new record; one that finds somebody changes that one. */
	private mayBe(entry: JournalEntry): boolean {
		const { operation, entity } = this.situation;
		return (
			operation === 'upsert' && [`${entity?.path}/create`, `${entity?.path}/update`].includes(callOf(entry))
		);
	}

	private isAllowed(
		given: unknown,
		{ entity: path, id, before, after }: RecordChange,
		writes: readonly JournalEntry[],
	): boolean {
		if (FOLLOWING.has(path)) return true;
		const written = writes.filter(({ entity }) => entity === path);
		if (after === undefined)
			return written.some(
				({ action, query }) =>
					action === 'delete' && Number(query.id) === id && this.isNamed(given, path, id),
			);
		if (before === undefined) return written.some(({ action }) => action === 'create');
		// The customer of a membership, a payment, a subscription or a bonus, whose sums follow.
		if (path === 'customer' && this.situation.entity?.path !== 'customer') return true;
		if (path === 'customer' && !this.built.writes.includes('customer/update'))
			return this.isNamed(given, path, id);
		if (path === 'cgi' && this.situation.entity?.path === 'customer') {
			return this.isNamed(given, 'customer', Number(after.customer_id));
		}
		return (
			written.some(({ query }) => Number(query.id) === id) &&
			(path === 'cgi' || this.isNamed(given, path, id))
		);
	}

	/** The record that the form names, or that the value itself does. */
	private isNamed(given: unknown, path: string, id: number): boolean {
		const { target } = this.built;
		const { probe, situation } = this;
		const isOwn = path === situation.entity?.path;
		if (!isOwn && target?.path !== path) return true;
		if (this.isRecordId()) return (this.meaning(given).says ?? []).some((said) => Number(said) === id);
		if (probe.role !== 'key' || (isOneOfSeveral(this.situation, this.built) && target?.id === id))
			return target?.id === id;
		const held = this.runner.stored(path, id)?.[probe.field.name];
		const said = (this.meaning(given).says ?? []).flat();
		return said.some((one) => sameValue({ ...probe.field, type: 'texts' }, [held].flat(), [one], true));
	}

	/** Not that of a row inside the record. */
	private isRecordId(): boolean {
		return this.probe.field.name === 'id' && !this.probe.where.includes(' > ');
	}

	private meant(meaning: Meaning, value: unknown, outcome: Outcome): string | undefined {
		const { error, requests } = outcome;
		const { refuse, empty, says = [], anything } = meaning;
		if (error !== undefined && isAtOnce(error, requests)) {
			if (says.length > 0 && DO_NOT_FIT.test(error)) return this.judgeWords(error);
			return refuse
				? this.judgeWords(error)
				: `is refused, though it says ${empty ? 'nothing' : shown(says[0])}: ${error.slice(0, 160)}`;
		}
		if (error !== undefined) {
			// Only a new record needs it, and whether there is to be one shows when it is looked for.
			if (isBlank(value) && this.probe.field.required && this.situation.operation === 'upsert')
				return undefined;
			if (says.length === 0 && !anything && !empty)
				return `is refused only after ${requests.map(callOf).join(', ')}: ${error.slice(0, 120)}`;
			return undefined;
		}
		if (says.length === 0 && !empty && !anything)
			return this.isOfKey() ? undefined : `is taken${this.sent(outcome)}`;
		if (this.probe.role === 'option' || this.probe.role === 'openOption' || this.probe.role === 'object')
			return this.limited(value, outcome);
		if (anything || this.isOfKey()) return undefined;
		if (says.some((said) => this.arrived(said, outcome))) return undefined;
		if (empty) return this.passedOver(outcome);
		return `should say ${shown(says[0])}${this.sent(outcome)}`;
	}

	/** The value of the key counts for more than the same field among the others. */
	private isOfKey(): boolean {
		const { operation, entity } = this.situation;
		const key = entity?.match?.keys.find(({ name }) => name === this.built.parameters.matchBy);
		const names = key?.fields.length === 0 ? [this.built.parameters.matchField] : (key?.fields ?? []);
		return operation === 'upsert' && names.includes(this.probe.field.name);
	}

	private limited(value: unknown, { rows }: Outcome): string | undefined {
		if (this.probe.field.name !== 'limit' || rows.length <= Number(value)) return undefined;
		return `puts out ${rows.length} rows`;
	}

	/** In a call of the operation, or in the record as it is stored. */
	private arrived(meant: unknown, { requests, changes, rows }: Outcome): boolean {
		const { field, role } = this.probe;
		const [name = field.name] = Object.keys(field.makeBody?.(meant as never) ?? {});
		if (
			role === 'key' ||
			['branchId', 'branchToCheck', 'groupToTry'].includes(field.name) ||
			this.isRecordId()
		)
			return true;
		const inNote = `[ID ${String(meant).normalize('NFC').replace(/\s+/g, ' ')}]`;
		if (name === 'externalId') return rows.some(({ note }) => note === inNote);
		const sent = requests.flatMap(({ body, query }) => [query, ...inBody(body as Record<string, unknown>)]);
		// A lesson may have been moved, so lessons are read from a week before the days to a week after them.
		if (['participants', 'freeSlots'].includes(this.situation.action?.kind ?? '')) {
			const lessonRanges = sent.filter(({ date_from }) => date_from !== undefined);
			for (const { date_from, date_to } of lessonRanges) {
				sent.push({ date_from: dayPlus(String(date_from), 7), date_to: dayPlus(String(date_to), -7) });
			}
		}
		const { target } = this.built;
		const stored: Array<Row | undefined> = changes.map(({ after }) => after);
		const held = target && this.runner.stored(target.path, target.id);
		// The account keeps a day in place of the flag.
		if (held) stored.push('removed' in held ? held : { ...held, removed: Number(held.e_date !== ACTIVE) });
		// Who is no member has left already; the answer names the group.
		const told = this.situation.action ? rows : [];
		return [...sent, ...stored, ...told].some(
			(held) => held !== undefined && sameValue(field, held[name], meant, this.grows()),
		);
	}

	/** Lists are added to by default in Create or Update and in jobs. */
	private grows(): boolean {
		return this.situation.operation === 'upsert' || this.situation.action !== undefined;
	}

	/** The same comes of it as without the field. */
	private passedOver(outcome: Outcome): string | undefined {
		const { name, required } = this.probe.field;
		// A new record of Create or Update takes what the form of Create begins with.
		if (required && this.situation.operation === 'upsert') return undefined;
		const last = ({ requests }: Outcome) =>
			requests.filter(isWrite).at(-1)?.body as Record<string, unknown> | undefined;
		const [body = {}, without = {}] = [last(outcome), last(this.baseline)];
		if (!(name in body) || JSON.stringify(body[name]) === JSON.stringify(without[name])) return undefined;
		return `says nothing${this.sent(outcome)}`;
	}

	private sent({ requests, rows }: Outcome): string {
		const { name } = this.probe.field;
		const last = requests.filter(isWrite).at(-1) ?? requests.at(-1);
		if (last === undefined) return `, nothing was sent and ${rows.length} rows came`;
		const held = { ...(last.body as object), ...last.query } as Record<string, unknown>;
		const what = name in held ? `${name}: ${shown(held[name])}` : `no ${name}`;
		return `, ${callOf(last)} held ${what}, ${rows.length} rows came`;
	}
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80);
const kindOf = ({ before, after }: RecordChange): string =>
	before === undefined ? 'creates' : after === undefined ? 'deletes' : 'changes';

function emptiedIn({ before, after }: RecordChange): string | undefined {
	if (before === undefined || after === undefined) return undefined;
	return Object.keys(before).find(
		(name) => name !== 'group_ids' && !isBlank(before[name]) && isBlank(after[name]),
	);
}

// ---------------------------------------------------------------- the same value, however it is written

const ZONE = 'Europe/Moscow';

/** What was sent, with the rows of an attendance, of which two short lists are another spelling. */
function inBody(body: Record<string, unknown>): Array<Record<string, unknown>> {
	const details = (Array.isArray(body.details) ? body.details : []) as Array<Record<string, unknown>>;
	const of = (flag: number) =>
		details.filter(({ is_attend: was }) => was === flag).map((row) => row.customer_id);
	return [{ ...body, present_ids: of(1), absent_ids: of(0) }, ...details];
}

/** Whether what was sent or stored is what the value says, however it is written. */
function sameValue(field: Described, held: unknown, said: unknown, mayHoldMore = false): boolean {
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
