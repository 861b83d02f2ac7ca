import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions, ListReader } from '../../api/list';
import type { ListQuery } from '../../api/pages';
import { formatDay, readId, readIds } from '../../values/formats';
import { archivedFlag } from '../../entities/archive';
import { belongsToBranch } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { customer, CUSTOMER_TYPE } from '../../entities/customer';
import { group as groupEntity } from '../../entities/group';
import { dayOf, lesson, LESSON_STATUS } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import { INCOME, pay } from '../../entities/pay';
import { regularLesson } from '../../entities/regularLesson';
import type { Entity } from '../../entities/types';
import { isPlain } from '../../fields/blank';
import { listOf } from '../../fields/field';
import type { Item } from '../../run/item';
import { allBranches } from '../../run/branches';
import { isOnDay } from '../../store/calendar/periods';
import { warningReader } from '../../run/readList';
import { CustomerCards } from '../../store/calendar/customerCards';
import type { CheckName, Days, Members } from './dailyFindings';
import { isMarked } from './dailyFindings';
import { warnOfMissingCards } from '../../run/missingCards';
import { daysToRead } from '../../store/calendar/calendar';
import { readMembers } from '../../store/calendar/groupMembers';
import type { Occurrence } from '../../store/calendar/occurrences';
import { findOccurrences, occurrenceOf } from '../../store/calendar/occurrences';
import type { Participant } from '../../store/calendar/participants';
import { participantsOf } from '../../store/calendar/participants';
import type { Branch, LocatedRecord } from '../../store/located';

/** What each is called in the form; items come in this order. */
export const CHECKS: Readonly<Record<CheckName, string>> = {
	stillPlanned: 'Lessons Still Planned',
	overlap: 'Overlaps',
	smallGroup: 'Small Groups',
	notMarked: 'Attendance Not Marked',
	noPayer: 'Payments Without Payer',
	comesUnpaid: 'Unpaid Tomorrow',
};

/** What the form says. */
export interface Asked {
	checks: CheckName[];
	days: Days;
	fewest: number;
	/** None for all. */
	chosen: number[];
}

/** The lists that the checks take, in all branches. */
export class Lists {
	/** Cards by the number of the customer, of those who are not archived. */
	readonly cards = new Map<number, LocatedRecord>();
	/** All cards that were read, those of archived customers as well. */
	readonly customerCards: CustomerCards;
	/** The branches whose list of customers who are not archived came whole. */
	private readonly wholeBranches = new Set<Branch>();
	/** Groups that are not archived, by their number. */
	readonly groups = new Map<number, LocatedRecord>();
	people?: ReturnType<Lists['readPeople']>;
	private isAnyRead = false;

	constructor(
		readonly item: Item,
		readonly branches: readonly number[],
		readonly asked: Asked,
	) {
		const reader = warningReader(item, customer.plural.toLowerCase());
		this.customerCards = new CustomerCards(reader, asked.days.zone);
	}

	wants(...names: readonly CheckName[]): boolean {
		return names.some((name) => this.asked.checks.includes(name));
	}

	/** What is read of a branch; undefined where this user may not, and a hint names the checks that lack it. */
	async allowed<T>(
		names: readonly CheckName[],
		plural: string,
		branch: Branch,
		read: () => Promise<T>,
	): Promise<T | undefined> {
		const found = await this.item.readIfAllowed(read, { notFoundIsDenied: true });
		this.isAnyRead ||= found !== undefined;
		if (found === undefined) this.hintThatChecksLack(names, plural, branch);
		return found;
	}

	/** Adds a hint for each of these checks that was asked for: it lacks a list of a branch. */
	hintThatChecksLack(names: readonly CheckName[], plural: string, branch: Branch): void {
		const { item, asked } = this;
		for (const name of asked.checks.filter((one) => names.includes(one)))
			item.execution.hints.add(
				`The check '${CHECKS[name]}' is not whole, because this user may not list all that it takes`,
				`${plural.toLowerCase()} of branch ${String(branch)}`,
			);
	}

	async collect(list: ListQuery, plural: string, options: CollectOptions = {}): Promise<Collected> {
		return await warningReader(this.item, plural.toLowerCase()).collect(list, options);
	}

	/** The rows of a branch in its list; undefined where this user may not list them. */
	async readIn(
		names: readonly CheckName[],
		entity: Entity,
		branch: number,
		{ body, ...options }: CollectOptions & Pick<ListQuery, 'body'> = {},
	): Promise<IDataObject[] | undefined> {
		const list = { ...listCall(entity, branch), body };
		const read = async () => await this.collect(list, entity.plural, options);
		const collected = await this.allowed(names, entity.plural, branch, read);
		return collected?.rows.filter((row) => belongsToBranch(row, branch));
	}

	/** The same in all branches, each row once, with the first branch that lists it. */
	async read(
		names: readonly CheckName[],
		entity: Entity,
		options: CollectOptions & Pick<ListQuery, 'body'> = {},
	): Promise<LocatedRecord[]> {
		const readIn = async (branch: number) =>
			((await this.readIn(names, entity, branch, options)) ?? []).map((row) => ({ row, branch }));
		const found = (await Promise.all(this.branches.map(readIn))).flat();
		const known = new Map<unknown, LocatedRecord>();
		for (const one of found) if (!known.has(one.row.id)) known.set(one.row.id, one);
		return [...known.values()];
	}

	/** Reads everybody who is not archived, with the groups that they are in; once. */
	async readPeople(): Promise<LocatedRecord[]> {
		this.people ??= this.readAllPeople();
		return await this.people;
	}

	private async readAllPeople() {
		const body = { is_study: CUSTOMER_TYPE.all, withGroups: true };
		const readIn = async (branch: number) => {
			const list = { ...listCall(customer, branch), body };
			const collected = await this.item.readIfAllowed(async () => await this.collect(list, customer.plural), {
				notFoundIsDenied: true,
			});
			if (collected?.isComplete === true) this.wholeBranches.add(branch);
			return (collected?.rows ?? []).map((row) => ({ row, branch }));
		};
		const rows = (await Promise.all(this.branches.map(readIn))).flat();
		for (const one of rows) this.note(one);
		return rows;
	}

	note(card: LocatedRecord): void {
		const id = readId(card.row.id);
		if (id === undefined || this.cards.has(id)) return;
		this.cards.set(id, card);
		this.customerCards.add(id, { row: card.row, branch: card.branch });
	}

	/**
	 * Looks for the cards of some customers among the archived ones too, in the branches that are looked at and, unless some were
	 * chosen, in those that are closed.
	 */
	async findCards(ids: readonly number[]): Promise<void> {
		const { item, customerCards, branches, asked } = this;
		const readIn = async (branch: Branch) =>
			await item.readIfAllowed(async () => await customerCards.read(branch, ids), { notFoundIsDenied: true });
		await Promise.all(branches.map(readIn));
		if (customerCards.missing(ids).length === 0 || asked.chosen.length > 0) return;
		for (const branch of await this.closedBranches()) await readIn(branch);
	}

	private async closedBranches(): Promise<Branch[]> {
		const [firstBranch] = this.branches;
		const known = await allBranches(this.item, firstBranch);
		return known.filter((branch) => branch === undefined || !this.branches.includes(branch));
	}

	/**
	 * Whether the card of a customer is among the archived ones. A customer whose card cannot be seen, such as one of a branch that
	 * this user may not see, is not known to be archived.
	 */
	isArchived(id: number): boolean {
		const card = this.customerCards.find(id);
		if (card === undefined || this.cards.has(id)) return false;
		return this.wholeBranches.has(card.branch) || this.customerCards.isArchivedByRow(card);
	}

	/** @throws NodeApiError where nothing could be looked at, for that is not the same as finding nothing */
	assertAnyRead(): void {
		if (this.isAnyRead) return;
		throw this.item.apiError(
			'This user may list nothing that the checks take',
			"Give the user those rights in AlfaCRM, or choose other checks or branches in 'Options'.",
			403,
		);
	}
}

interface Lessons {
	/** Those of the day that stand in the calendar, and those of today and tomorrow, regular ones that do not stand there yet too. */
	all: Occurrence[];
	/** Those that say of anybody whether they were there. */
	marked: Set<number | null>;
}

export async function readLessons(lists: Lists): Promise<Lessons> {
	const { day, today, tomorrow, zone } = lists.asked.days;
	const ahead: CheckName[] = ['overlap', 'comesUnpaid'];
	const { firstDay: from, lastDay: to } = daysToRead(today, tomorrow);
	const isAhead = lists.wants(...ahead);
	const isWithin = isAhead && from <= day && day <= to;
	const ofDay = [
		...(lists.wants('stillPlanned', 'overlap') ? [LESSON_STATUS.planned] : []),
		...(lists.wants('notMarked') ? [LESSON_STATUS.completed] : []),
	].map((status) => ({ status, date_from: day, date_to: day }));
	const passes = [
		...(isAhead ? passesOf(lesson).map((pass) => ({ ...pass, date_from: from, date_to: to })) : []),
		...(isWithin ? [] : ofDay),
	];
	if (passes.length === 0) return { all: [], marked: new Set() };
	const readIn = async (branch: number) => {
		const [rows, regular] = await Promise.all([
			lists.readIn(['stillPlanned', 'notMarked', ...ahead], lesson, branch, { passes }),
			isAhead ? lists.readIn(ahead, regularLesson, branch) : [],
		]);
		// Without the calendar it is not known which of the regular ones stand there.
		if (rows === undefined) return { located: [], occurrences: [] };
		const coming = { from: today, to: tomorrow, zone };
		const next = isAhead
			? findOccurrences({ lessons: rows, regularLessons: regular ?? [] }, coming, branch)
			: [];
		const back = rows
			.flatMap((row) => occurrenceOf(row, zone, branch) ?? [])
			.filter(({ date }) => date === day);
		return { located: rows.map((row) => ({ row, branch })), occurrences: [...next, ...back] };
	};
	const read = await Promise.all(lists.branches.map(readIn));
	// Those of the day may be among those of today and tomorrow.
	const nameOf = (one: Occurrence) => one.lesson_id ?? `${String(one.regular_id)} ${one.date}`;
	const all = [
		...new Map(read.flatMap(({ occurrences }) => occurrences).map((one) => [nameOf(one), one])).values(),
	];
	const located = read.flatMap((one) => one.located);
	return { all, marked: lists.wants('notMarked') ? await readMarked(lists, located) : new Set() };
}

/** Lessons in which somebody is marked. Some accounts show that only to who asks for the lessons of a customer. API notes 5.11. */
async function readMarked({ item, asked: { days } }: Lists, rows: readonly LocatedRecord[]) {
	const idOf = ({ row }: LocatedRecord) => readId(row.id) ?? null;
	const marked = new Set(rows.filter(({ row }) => isMarked(row)).map(idOf));
	if (rows.some(({ row }) => listOf(row.details).length > 0)) return marked;
	const hidden = rows.filter(
		({ row }) => Number(row.status) === LESSON_STATUS.completed && dayOf(row, days.zone) === days.day,
	);
	for (const one of hidden) {
		const id = idOf(one);
		const named = readIds(listOf(one.row.customer_ids));
		for (const customer_id of named.length > 0 ? named : await membersOf(item, one)) {
			const body = { id, customer_id, status: LESSON_STATUS.completed };
			const keep = (row: IDataObject) => readId(row.id) === id;
			const { rows: shown } = await item.collect(
				{ ...listCall(lesson, one.branch), body },
				{ keep, limit: 1 },
			);
			if (shown.some(isMarked)) marked.add(id);
			if (marked.has(id)) break;
		}
	}
	return marked;
}

/** A lesson of a group need not name its members. */
async function membersOf(item: Item, { row, branch }: LocatedRecord): Promise<number[]> {
	const read = async (group: number) => await readMembers(item, branch, group, passesOf(cgi));
	const groups = readIds(listOf(row.group_ids)).map(
		async (group) =>
			(await item.readIfAllowed(async () => await read(group), { notFoundIsDenied: true })) ?? [],
	);
	const rows = (await Promise.all(groups)).flat();
	return [...new Set(readIds(rows.map(({ customer_id }) => customer_id)))];
}

export async function readPayments(lists: Lists): Promise<LocatedRecord[]> {
	const names: CheckName[] = ['noPayer'];
	if (!lists.wants(...names)) return [];
	const { day: on, zone } = lists.asked.days;
	const date = formatDay(on, 'isoDotted', zone);
	const body = { pay_type_id: INCOME, date_from: date, date_to: date };
	// The filter may be ignored, and payments are many. API notes 5.16.
	const keep = (row: IDataObject) => formatDay(row.document_date, 'iso', zone) === on;
	return await lists.read(names, pay, { body, keep });
}

/**
 * Counts the members of each group that is running, without archived ones. Cards show the groups of a customer, so that only those
 * groups whose members seem to be few are asked for them. API notes 5.3 and 5.7.
 */
export async function readGroups(lists: Lists): Promise<Members[]> {
	const names: CheckName[] = ['smallGroup'];
	if (!lists.wants(...names)) return [];
	const { days, fewest: least } = lists.asked;
	const { today, zone } = days;
	const [groups, people] = await Promise.all([lists.read(names, groupEntity), lists.readPeople()]);
	const counts = new Map<number, Set<number>>();
	for (const { row } of people)
		for (const one of listOf(row.groups)) {
			const [id, group] = [readId(row.id), readId(isPlain(one) ? one.id : one)];
			if (id === undefined || group === undefined) continue;
			counts.set(group, (counts.get(group) ?? new Set()).add(id));
		}
	const read = async ({ row, branch }: LocatedRecord): Promise<GroupMembers[]> => {
		const id = readId(row.id);
		if (id === undefined || archivedFlag(row) === true || !isOnDay(row, today, zone)) return [];
		const seen = counts.get(id) ?? new Set();
		if (seen.size >= least) return [{ id, branch, memberIds: [...seen] }];
		const reader = warningReader(lists.item, cgi.plural.toLowerCase());
		const found = await lists.allowed(
			names,
			cgi.plural,
			branch,
			async () => await readMembers(reader, branch, id, [{}]),
		);
		if (found === undefined) return [];
		const current = found.filter((one) => isOnDay(one, today, zone));
		const memberIds = new Set(readIds(current.map(({ customer_id }) => customer_id)));
		return [{ id, branch, memberIds: [...memberIds] }];
	};
	for (const one of groups) lists.groups.set(readId(one.row.id) ?? 0, one);
	const groupMembers = (await Promise.all(groups.map(read))).flat();

	await lists.findCards(unlistedMembers(lists, groupMembers, least));
	return groupMembers.map(({ id, branch, memberIds }) => ({
		id,
		branch,
		count: memberIds.filter((member) => !lists.isArchived(member)).length,
	}));
}

/** A group that is running, and its members of today. */
interface GroupMembers {
	id: number;
	branch?: number;
	memberIds: number[];
}

/** Finds the members who are in no list of customers, of groups that are small without them. Their cards are archived or elsewhere. */
function unlistedMembers(lists: Lists, groups: readonly GroupMembers[], fewest: number): number[] {
	return groups.flatMap(({ memberIds }) => {
		const unlisted = memberIds.filter((id) => !lists.cards.has(id));
		return memberIds.length - unlisted.length < fewest ? unlisted : [];
	});
}

/** Who comes tomorrow to a lesson that is planned. */
export async function readComing(lists: Lists, { all }: Lessons): Promise<Participant[]> {
	const names: CheckName[] = ['comesUnpaid'];
	if (!lists.wants(...names)) return [];
	const { item, asked, people } = lists;
	const { tomorrow, zone } = asked.days;
	// Cards that were read of everybody need not be read again.
	await people;
	const planned = all.filter(({ date, status }) => date === tomorrow && status === LESSON_STATUS.planned);
	const lessons = [...new Set(planned.map(({ branch_id }) => branch_id))].map((branch) => ({
		branch: branch ?? undefined,
		occurrences: planned.filter(({ branch_id }) => branch_id === branch),
	}));
	const reader: ListReader = {
		collect: async (list, options) => {
			const { plural } = list.path === cgi.path ? cgi : customer;
			return await lists.collect(list, plural, options);
		},
	};
	const [firstBranch] = lists.branches;
	const { participants, withoutCard, failures } = await participantsOf(reader, lessons, {
		zone,
		passesOver: 'deniedBranches',
		listOtherBranches: async () => await allBranches(item, firstBranch),
		cards: lists.customerCards,
	});
	for (const branch of failures.keys()) {
		// Cards are looked for in branches that are not checked, too. Nothing of a check is missing if one of them cannot be seen.
		const isChecked = branch === undefined || lists.branches.includes(branch);
		if (isChecked) lists.hintThatChecksLack(names, 'Customers or members of groups', branch);
	}
	warnOfMissingCards(item, withoutCard);
	const coming = participants.filter(({ customer_id }) => !lists.isArchived(customer_id));
	for (const { customer: row, customer_branch: branch } of coming) lists.note({ row, branch });
	return coming;
}
