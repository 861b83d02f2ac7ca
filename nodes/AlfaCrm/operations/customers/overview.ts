import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import type { CollectOptions } from '../../api/list';
import type { ListQuery } from '../../api/pages';
import { SMALLEST_PAGE } from '../../api/pages';
import { daysAfter, readId, readIds, wallClock } from '../../values/formats';
import { branch as branchEntity } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { group as groupEntity } from '../../entities/group';
import { dayOf, lesson, LESSON_STATUS } from '../../entities/lesson';
import { byId, byTheName } from '../../entities/common';
import { listCall, passesOf } from '../../entities/listCall';
import { pay } from '../../entities/pay';
import { leadStatus, studyStatus } from '../../entities/statuses';
import { tariff } from '../../entities/tariff';
import { task } from '../../entities/task';
import type { Entity } from '../../entities/types';
import { user } from '../../entities/user';
import { listOf } from '../../fields/field';
import { sortByName } from '../../fields/order';
import { wholeNumber } from '../../form/wholeNumber';
import type { ActionKind } from '../../run/operation';
import type { FindRequest } from '../common/find';
import { findOptions, findRecords, makeNoMatchOutput, readFindRequest } from '../common/find';
import { matchForm } from '../../run/matching/matchForm';
import { eachOnce, warnOfMissing } from '../../run/readList';
import type { Item } from '../../run/item';
import type { Collection } from '../../form/parameters';
import { CustomerLessons } from '../../store/calendar/customerLessons';
import { namesCustomer } from '../../store/calendar/lessonRow';
import { isClient, overviewSchema, readOverview } from './overviewFields';
import { nameSourceOf } from '../../run/names';
import { currentRecord } from '../../run/records';
import type { LocatedRecord, Branch } from '../../store/located';

const MORE_OPTIONS: INodeProperties[] = [
	wholeNumber({
		displayName: 'Days Ahead',
		name: 'daysAhead',
		min: 1,
		max: 366,
		default: 30,
		description: 'For the next lessons',
	}),
	wholeNumber({
		displayName: 'Last Lessons and Payments',
		name: 'last',
		min: 1,
		max: 100,
		default: 5,
		description: 'How many of each',
	}),
	{
		displayName: 'Look Up All Names',
		name: 'allNames',
		type: 'boolean',
		default: false,
		description: 'Whether to name the stage, plans and branches too',
	},
	{
		displayName: 'Search All Tasks',
		name: 'allTasks',
		type: 'boolean',
		default: false,
		description: 'Whether to read the whole list of tasks, not the first page alone',
	},
];

/** Customers are found as Find does it, by the number or the name as well. */
function searchable(entity: Entity): Entity {
	const keys = (entity.match?.keys ?? []).filter(({ name }) => name !== byId.name);
	return { ...entity, match: { onlyForNew: [], ...entity.match, keys: [byId, ...keys, byTheName] } };
}

/** The fields of an overview that go with each choice. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
	attendance: ['attendance'],
	contacts: ['phone', 'email', 'payer_name'],
	manager: ['manager_id', 'manager_name', 'stage_id', 'stage_name'],
	notes: ['note'],
	payments: ['payments'],
	tasks: ['tasks'],
};

/** Notes of the staff stay out unless somebody lets them in: the answer may go to a parent, or to a model. */
export const leaveOut: INodeProperties = {
	displayName: 'Leave Out',
	name: 'leaveOut',
	type: 'multiOptions',
	// What is private must not be for a model to choose: n8n offers that wherever an expression may stand.
	noDataExpression: true,
	options: sortByName([
		{
			name: 'Attendance',
			value: 'attendance',
			description: 'The last lessons: there or not, grades, bonus',
		},
		{ name: 'Contacts', value: 'contacts', description: "Phone, email and the payer's name" },
		{
			name: 'Manager and Stage',
			value: 'manager',
			description: 'Who looks after the customer, and the stage or study status',
		},
		{
			name: 'Notes',
			value: 'notes',
			description: "The staff's notes on subscriptions, lessons and payments",
		},
		{ name: 'Payments', value: 'payments', description: 'The last payments' },
		{ name: 'Tasks', value: 'tasks', description: 'What the staff has still to do' },
	]),
	default: ['notes'],
	description: 'What is not returned: for parents, Contacts, Manager and Stage, and Tasks as well',
};

function readWanted(item: Item, options: Collection, { chosenBranches: chosen }: FindRequest) {
	const of = (name: string) => options.parameter(name);
	return {
		daysAhead: options.integer(of('daysAhead')),
		last: options.integer(of('last')),
		allNames: options.flag(of('allNames')),
		allTasks: options.flag(of('allTasks')),
		leftOut: item.choices(leaveOut).flatMap((name) => LEFT_OUT[name]),
		chosen,
	};
}

/** One item that tells all that matters of a customer. API notes 5.3, 5.5, 5.7, 5.11, 5.16 and 5.18. */
export const overview: ActionKind<'overview'> = {
	decidesByTime: () => true,
	form: (entity) => ({
		match: matchForm(searchable(entity)),
		leaveOut: [leaveOut],
		options: [findOptions('all', MORE_OPTIONS)],
	}),
	async execute(item, plain) {
		const entity = searchable(plain);
		const options = item.collection(findOptions('all', MORE_OPTIONS));
		const request = readFindRequest(item, entity, options);
		const wanted = readWanted(item, options, request);
		const found = await findCustomers(item, request);
		if (found.length === 0) return makeNoMatchOutput(request);
		return await Promise.all(found.map(async (customer) => await overviewOf(item, customer, wanted)));
	},
	output: () => overviewSchema,
	reads: true,
};

interface Customer extends LocatedRecord {
	/** Not known of one that was read by its number. */
	archived?: boolean;
}

/** By the number one call is enough, unless the customer is in another branch, or might not count. */
async function findCustomers(item: Item, request: FindRequest): Promise<Customer[]> {
	const { entity, key, search, target, takesArchived, chosenBranches: chosen } = request;
	const isEverywhere = chosen.length === 0 || chosen.some((branch) => branch === target.branch);
	if (key.name === byId.name && takesArchived && isEverywhere && target.branch !== undefined) {
		const match = await currentRecord(item, entity, Number(search.matchValues.id), target);
		if (match) return [match];
	}
	return await findRecords(item, request);
}

async function overviewOf(
	item: Item,
	{ row, branch, archived }: Customer,
	{ daysAhead, last, allNames, allTasks, leftOut, chosen }: ReturnType<typeof readWanted>,
): Promise<IDataObject> {
	const [id, now] = [Number(row.id), wallClock(item.zone)];
	const branches = [branch, ...otherBranches(row, branch, chosen)];
	const errors: Array<{ part: string; reason: string }> = [];
	const { titlesIn } = nameSourceOf(item);
	const readEach = async <T, R>(
		wanted: Record<string, T>,
		read: (one: T, name: string) => Promise<R>,
	): Promise<Record<string, R>> => {
		const shown = Object.entries(wanted).filter(([name]) => !leftOut.includes(name));
		return Object.fromEntries(
			await Promise.all(shown.map(async ([name, one]) => [name, await read(one, name)] as const)),
		);
	};

	const own = { customer_id: id };
	const keep = ({ customer_id }: IDataObject) => readId(customer_id) === id;
	const today = now.slice(0, 10);
	const lastDayAhead = daysAfter(today, daysAhead);
	const held = { ...own, status: LESSON_STATUS.completed };
	// AlfaCRM lists the latest first; some more than are wanted, to put them in order. API notes 3.
	const limit = Math.max(SMALLEST_PAGE, last);
	const readPartNamed = async (name: string, part: Part) =>
		await readPart(item, errors, name, { branches, ...part });
	// Without days AlfaCRM lists no memberships but those of now. API notes 5.7.
	const memberships: Part = { entity: cgi, action: 'customer', query: own, passes: passesOf(cgi), keep };
	const readMemberships = readPartNamed('groups', memberships);
	const readNextLessons = readMemberships.then(async (rows = []) => {
		const lessons = new CustomerLessons(id, rows, item.zone);
		return await readPartNamed('next_lesson', plannedLessons(lessons, today, lastDayAhead, item.zone));
	});
	const parts: Record<string, Part> = {
		attendance: { entity: lesson, body: held, keep: (row) => namesCustomer(row, id), limit },
		// The same ones come back in every branch. API notes 5.5.
		subscriptions: { entity: customerTariff, query: own, body: own, keep, branches: [branch] },
		payments: { entity: pay, body: own, keep, limit },
		// Tasks of all customers, for no filter by customer is known. API notes 5.18.
		tasks: { entity: task, isEnough: () => !allTasks, sharedAs: allTasks ? 'all tasks' : 'first tasks' },
	};
	const [stages, firstNames] = isClient(row) ? [studyStatus, tariff] : [leadStatus, leadStatus];
	const names = { plan_name: tariff, manager_name: user, stage_name: stages, branch_names: branchEntity };
	const [membershipRows, nextLessons, lists, titles] = await Promise.all([
		readMemberships,
		readNextLessons,
		readEach(parts, async (part, name) => await readPartNamed(name, part)),
		readEach(names, async (list) =>
			allNames || list === user || list === firstNames ? await titlesIn(list, branch) : undefined,
		),
	]);
	const groups = membershipRows && new CustomerLessons(id, membershipRows, item.zone).groupIdsOn(today);
	const groupNames = groups?.length
		? await Promise.all(branches.map(async (one) => await titlesIn(groupEntity, one)))
		: [];
	if (groups === undefined) errors.push(WITHOUT_GROUPS);
	return readOverview(row, {
		...{ id, branch, archived, origin: item.origin, zone: item.zone, now, last, leftOut, errors },
		lists: { ...lists, next_lesson: nextLessons, groups: groups?.map((one) => ({ id: one })) },
		titles: { ...titles, groups: new Map(groupNames.flatMap((all) => [...(all ?? [])])) },
	});
}

/** Lists the planned lessons of a customer from one day to another. AlfaCRM may ignore a filter, so each row is compared again. */
function plannedLessons(lessons: CustomerLessons, firstDay: string, lastDay: string, zone: string): Part {
	const isWithinDays = (row: IDataObject) => {
		const day = dayOf(row, zone) ?? '';
		return firstDay <= day && day <= lastDay;
	};
	return {
		entity: lesson,
		body: { status: LESSON_STATUS.planned, date_from: firstDay, date_to: lastDay },
		passes: lessons.filtersWithin(firstDay, lastDay),
		keep: (row) => isWithinDays(row) && lessons.includes(row),
	};
}

/** A list that a part of an overview is read from. */
interface Part extends Pick<ListQuery, 'action' | 'body' | 'query'>, CollectOptions {
	entity: Entity;
	/** All by default. */
	branches?: readonly Branch[];
	/** Under this name all items share it. */
	sharedAs?: string;
}

/** The rows of all branches, each once; undefined where none gives any list, and the errors say why. */
async function readPart(
	item: Item,
	errors: Array<{ part: string; reason: string }>,
	part: string,
	{
		entity,
		branches,
		sharedAs,
		keep,
		limit,
		passes,
		isEnough,
		...list
	}: Required<Pick<Part, 'branches'>> & Part,
): Promise<IDataObject[] | undefined> {
	const readIn = async (branch: Branch) => {
		const call = { ...listCall(entity, branch), ...list };
		const read = async () => await item.collect(call, { keep, limit, passes, isEnough });
		const key = `${sharedAs} of ${branch}`;
		try {
			const listed = await (sharedAs ? item.execution.cached(entity.path, key, read) : read());
			const { rows, next, total } = listed;
			if (next === undefined) warnOfMissing(item, entity.plural.toLowerCase(), listed);
			else {
				const of = total === undefined ? '' : ` of ${total}`;
				const reason = `AlfaCRM cannot be asked for the tasks of one customer, and only the first ${rows.length}${of} were looked through. 'Search All Tasks' looks through all.`;
				errors.push({ part, reason });
			}
			return [rows];
		} catch (caught) {
			// What may pass fails the item, so that nothing is left out because of a failure.
			if (!hasStatus(caught, 403, 404)) throw item.asError(caught);
			errors.push({ part, reason: caught.message });
			return [];
		}
	};
	const given = (await Promise.all(branches.map(readIn))).flat();
	return given.length === 0 ? undefined : eachOnce(given.flat());
}

/** Nobody is to hear that there are no more lessons where those of groups were not counted. */
const WITHOUT_GROUPS = {
	part: 'next_lesson',
	reason:
		'Lessons that show a group alone are not among them, because the groups of the customer cannot be read.',
};

/** The customer may have lessons there too. Without a branch AlfaCRM lists as it sees fit. */
function otherBranches({ branch_ids }: IDataObject, found: Branch, chosen: readonly Branch[]): Branch[] {
	if (found === undefined) return [];
	const own = [...new Set(readIds(listOf(branch_ids)))].filter((id) => id !== found);
	return chosen.length === 0 ? own : own.filter((id) => chosen.includes(id));
}
