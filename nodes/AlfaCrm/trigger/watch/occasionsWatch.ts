import type { IDataObject } from 'n8n-workflow';

import { dotted, readFlag, readId } from '../../values/formats';
import type { ListRequest } from '../../api/pages';
import { archivedFlag } from '../../entities/archive';
import { customer, CUSTOMER_TYPE } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { dayAt, textOf } from '../occasions/days';
import { failsForLong, failsNoMore } from '../memory/failing';
import type { OccasionKind } from '../occasions/kinds';
import type { BranchLook, Looked, OccasionsState } from '../occasions/state';
import { emptyOccasions, goesOn, isDue } from '../occasions/state';
import type { OccasionNews } from '../occasions/step';
import { step, zoneOf } from '../occasions/step';
import type { ListState, Look } from '../poll/look';
import type { Reader } from './reader';
import { emptyError, isEmptyByMistake, readEach } from './reader';
import type { Outcome, Poll, Samples, Watch } from './watch';

/** Of which clients the list is asked for; numbers are levels and days since 1970. */
export interface Asked {
	/** The highest level that matters. */
	most: number;
	/** For dated occasions: the first day that is open, and the one on which the look began. */
	from: number;
	today: number;
	/** The first look of the day. */
	isFirst: boolean;
}

interface OccasionSettings {
	kind: OccasionKind;
	/** An occasion is due as soon as its level is no more than this. */
	limit: number;
	/** Filters that show all clients concerned, if AlfaCRM heeds them; rows are looked at whatever it does. */
	filters: (asked: Asked) => IDataObject;
	/** The time zone whose day it is. */
	zone: string;
	everyMs: number;
	tellsFirst: boolean;
}

/** What a poll saw of a list of clients, or of all customers. */
interface Clients extends Look {
	isUnfiltered?: true;
}

/** Tells what falls due, by the cards of clients. */
export class OccasionsWatch implements Watch {
	constructor(private readonly settings: OccasionSettings) {}

	async poll({ reader, branches: watched }: Poll, known: unknown): Promise<Outcome> {
		const { limit, zone, everyMs } = this.settings;
		const { now } = reader;
		const before = (known as OccasionsState | undefined) ?? emptyOccasions(limit);
		const today = dayAt(now, zone);
		const due = watched.filter((branch) => isDue(before.branches[branch], { now, today, limit, everyMs }));
		const { looks, failures } = await readEach(
			due,
			async (branch) => await this.look(reader, branch, today, before),
		).catch((failure: unknown) => {
			// The others were read a while ago.
			if (due.length === watched.length) throw failure;
			return { looks: new Map<number, Clients>(), failures: new Map(due.map((branch) => [branch, failure])) };
		});
		const read = new Map([...looks].map(([branch, look]) => [branch, this.lookedAt(look)]));
		return { failures, ...step(before, read, { ...this.settings, today, now, watched }) };
	}

	/** What is due now, whenever it fell due. */
	async samples(reader: Reader, branches: readonly number[], count: number): Promise<Samples> {
		const { kind, limit, zone } = this.settings;
		const today = dayAt(reader.now, zone);
		const { looks } = await readEach(
			branches,
			async (branch) => await this.look(reader, branch, today, emptyOccasions(limit)),
		);
		const begun: BranchLook = { day: today, limit, from: kind.opensFrom?.(today, limit) };
		const state = {
			...emptyOccasions(limit),
			branches: Object.fromEntries(branches.map((branch) => [branch, begun])),
		};
		const read = new Map([...looks].map(([branch, look]) => [branch, this.lookedAt(look)]));
		const { now } = reader;
		const { news } = step(state, read, { ...this.settings, today, now, watched: branches });
		return { news: newestOf(news, count), isAll: [...read.values()].every(({ next }) => next === undefined) };
	}

	private async look(
		reader: Reader,
		branch: number,
		today: number,
		before: OccasionsState,
	): Promise<Clients> {
		const { kind, limit } = this.settings;
		const own = before.branches[branch];
		const { next, size, isUnfiltered, day = today } = goesOn(own, limit) ?? {};
		const asked = {
			most: kind.opensFrom === undefined ? zoneOf(before, { kind, limit }) : limit,
			from: own?.from ?? kind.opensFrom?.(day, limit) ?? day,
			today: day,
			isFirst: own?.day !== day,
		};
		// Clients alone have lessons and subscriptions; the list has leads as well.
		const filtered = { is_study: CUSTOMER_TYPE.client, ...this.settings.filters(asked) };
		const listOf = (body: IDataObject) => ({
			...listCall(customer, branch),
			...{ body, task: 'look through the clients' },
		});
		const read = async (list: ListRequest, state: ListState = {}) =>
			await reader.look(list, state, { pause: 'whenLate' });
		const empty = [
			`${await reader.client.origin()} branch ${branch}`,
			'shows none of its customers',
		] as const;
		const look = isUnfiltered ? undefined : await read(listOf(filtered), { next, size });
		if (look !== undefined && !(look.rows.length === 0 && look.list.total)) {
			failsNoMore(...empty);
			return look;
		}
		// The total may be that of another list, and nobody concerned.
		const list = listOf({ is_study: CUSTOMER_TYPE.all });
		const all = await read(list, isUnfiltered && { next, size });
		// All that is due would be news later, and what lasts would count as over. A branch that stays like that has nobody.
		if (!isEmptyByMistake(all.rows, all.list.total)) failsNoMore(...empty);
		else if (!failsForLong(...empty)) throw emptyError(reader.client, list);
		return { ...all, isUnfiltered: true };
	}

	/** A filter may be ignored, and archived ones are nobody's to remind. API notes 3. */
	private lookedAt({ rows, list, isWhole, isUnfiltered }: Clients): Looked<IDataObject> {
		const isClient = (row: IDataObject) =>
			(readFlag(row.is_study) ?? CUSTOMER_TYPE.client) === CUSTOMER_TYPE.client && !archivedFlag(row);
		const { next, size } = list;
		return {
			rows: rows.filter((row) => readId(row.id) !== undefined && isClient(row)),
			next,
			size,
			isUnfiltered,
			// Where nothing tells how many there are, one may have moved to a page that had been read.
			isSure: isWhole && typeof list.total === 'number' && rows.length >= list.total,
		};
	}
}

/** Those that fell due last. */
const newestOf = (news: readonly OccasionNews[], count: number): OccasionNews[] => news.slice(-count);

/** A day as the filters of customers want it. API notes 10. */
export const dottedDay = (day: number) => dotted(textOf(day));
