import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { SMALLEST_PAGE } from '../../api/pages';
import { daysAfter, readId, readIds, wallClock } from '../../values/formats';
import { branch as branchEntity } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { customerTariff } from '../../entities/customerTariff';
import { group as groupEntity } from '../../entities/group';
import { lesson, LESSON_STATUS } from '../../entities/lesson';
import { byId, byTheName } from '../../entities/match';
import { pay } from '../../entities/pay';
import { leadStatus, studyStatus } from '../../entities/statuses';
import { tariff } from '../../entities/tariff';
import type { Entity } from '../../entities/types';
import { user } from '../../entities/user';
import { listOf } from '../../fields/field';
import type { JsonSchema } from '../../fields/kind';
import { wholeNumber } from '../../form/wholeNumber';
import type { ActionKind } from '../actions/kind';
import type { Branch } from '../records/branches';
import { chosenBranches } from '../matching/search';
import type { FindRequest } from '../matching/find';
import { findOptions, findRecords, noneFound, readFind } from '../matching/find';
import { matchForm } from '../matching/keys';
import { linkOf } from '../output/link';
import { nameSourceOf } from '../output/names';
import { objectOf, STRING } from '../output/recordSchema';
import { archivedByRow } from '../records/archived';
import { currentRecord } from '../records/findById';
import type { LocatedRecord } from '../records/target';
import type { Item } from '../execution/item';
import type { Collection } from '../execution/parameters';
import { leaveOut, readLeftOut, without } from './leftOut';
import type { Subject } from './overviewParts';
import * as parts from './overviewParts';
import {
	CARD,
	FLAG,
	INTEGER,
	isClient,
	LESSON,
	MARKS,
	PAYMENT,
	readValues,
	schemasOf,
	SUBSCRIPTION,
	TASK,
} from './overviewFields';
import { OverviewReader } from './overviewReads';

const MORE_OPTIONS: INodeProperties[] = [
	wholeNumber({
		displayName: 'Days Ahead',
		name: 'daysAhead',
		min: 1,
		max: 366,
		default: 30,
		description: 'For how many days from today to look for the next lessons',
	}),
	wholeNumber({
		displayName: 'Last Lessons and Payments',
		name: 'last',
		min: 1,
		max: 100,
		default: 5,
		description: 'How many of the last lessons and how many of the last payments to return',
	}),
	{
		displayName: 'Look Up All Names',
		name: 'allNames',
		type: 'boolean',
		default: false,
		description:
			'Whether to name manager, stage, subscription plans and branches, and not only the first two: plans and manager of a client, stage and manager of a lead. Each list is read once for all items.',
	},
	{
		displayName: 'Search All Tasks',
		name: 'allTasks',
		type: 'boolean',
		default: false,
		description:
			'Whether to look for open tasks in the whole list, which takes a call for each page, and not just on the first page',
	},
];

/** Customers are found as Find does it, by the number or the name as well. */
function searchable(entity: Entity): Entity {
	const keys = (entity.match?.keys ?? []).filter(({ name }) => name !== byId.name);
	return { ...entity, match: { ...entity.match, keys: [byId, ...keys, byTheName] } };
}

function readWanted(item: Item, options: Collection) {
	const of = (name: string) => options.parameter(name);
	return {
		daysAhead: options.integer(of('daysAhead')),
		last: options.integer(of('last')),
		allNames: options.flag(of('allNames')),
		allTasks: options.flag(of('allTasks')),
		leftOut: readLeftOut(item),
		/** Those to which the search is limited, if it is. */
		branches: chosenBranches(options),
	};
}

/** One item that tells all that matters of a customer. API notes 5.3, 5.5, 5.7, 5.11, 5.16 and 5.18. */
export const overview: ActionKind<'overview'> = {
	form: (entity) => ({
		match: matchForm(searchable(entity)),
		leaveOut: [leaveOut],
		options: [findOptions(searchable(entity), 'all', MORE_OPTIONS)],
	}),
	async execute(item, plain) {
		const entity = searchable(plain);
		const options = item.collection(findOptions(entity, 'all', MORE_OPTIONS));
		const request = readFind(item, entity, options);
		const wanted = readWanted(item, options);
		const found = await findCustomers(item, request);
		if (found.length === 0) return noneFound(request);
		return await Promise.all(found.map(async (customer) => await overviewOf(item, plain, customer, wanted)));
	},
	output: () => schema,
};

interface Customer extends LocatedRecord {
	/** Not known of one that was read by its number. */
	archived?: boolean;
}

/** By the number one call is enough, unless the customer is in another branch, or might not count. */
async function findCustomers(item: Item, request: FindRequest): Promise<Customer[]> {
	const { entity, key, search, target, takesArchived, chosen } = request;
	const isEverywhere = chosen.length === 0 || chosen.some((branch) => branch === target.branch);
	if (key.name === byId.name && takesArchived && isEverywhere) {
		const match = await currentRecord(item, entity, Number(search.wanted.id), target);
		if (match) return [match];
	}
	return await findRecords(item, request);
}

async function overviewOf(
	item: Item,
	entity: Entity,
	{ row, branch, archived }: Customer,
	{ daysAhead, last, allNames, allTasks, leftOut, branches: chosen }: ReturnType<typeof readWanted>,
): Promise<IDataObject> {
	const subject: Subject = { id: Number(row.id), zone: item.zone, now: wallClock(item.zone) };
	const branches = [branch, ...otherBranches(row, branch, chosen)];
	const reader = new OverviewReader(item, branches);
	const { titlesIn } = nameSourceOf(item);
	const isShown = (name: string) => !leftOut.includes(name);
	const [stages, plansOrStages] = isClient(row) ? [studyStatus, tariff] : [leadStatus, leadStatus];
	const titles = async (name: string, list: Entity) =>
		isShown(name) && (allNames || list === user || list === plansOrStages)
			? await titlesIn(list, branch)
			: undefined;

	const body = { customer_id: subject.id };
	const keep = ({ customer_id }: IDataObject) => readId(customer_id) === subject.id;
	const today = subject.now.slice(0, 10);
	const ahead = { status: LESSON_STATUS.planned, date_from: today, date_to: daysAfter(today, daysAhead) };
	const held = { ...body, status: LESSON_STATUS.completed };
	const isHeld = (one: IDataObject) => parts.isOf(one, subject.id);
	// AlfaCRM lists the latest first; some more than are wanted, to put them in order. API notes 3.
	const limit = Math.max(SMALLEST_PAGE, last);
	const [memberships, planned, lessons, bought, paid, tasks, plans, managers, stage, branchNames] =
		await Promise.all([
			// Without days AlfaCRM lists no memberships but those of now. API notes 5.7.
			reader.rows('groups', cgi, { action: 'customer', query: body }, { keep }),
			reader.rows('next_lesson', lesson, { body: { ...body, ...ahead } }),
			isShown('attendance')
				? reader.rows('attendance', lesson, { body: held }, { keep: isHeld, limit })
				: null,
			// The same ones come back in every branch. API notes 5.5.
			reader.rows('subscriptions', customerTariff, { query: body, body }, { keep }, [branch]),
			isShown('payments') ? reader.rows('payments', pay, { body }, { keep, limit }) : null,
			isShown('tasks') ? reader.tasks(allTasks) : null,
			titles('plan_name', tariff),
			titles('manager_name', user),
			titles('stage_name', stages),
			titles('branch_names', branchEntity),
		]);
	const groups = memberships && [...new Set(readIds(memberships.map(({ group_id }) => group_id)))];
	const groupNames = groups?.length
		? await Promise.all(branches.map(async (one) => await titlesIn(groupEntity, one)))
		: [];
	if (groups === null) reader.errors.push(WITHOUT_GROUPS);
	for (const { part, reason } of reader.errors)
		item.execution.hints.add('An overview lacks something, as overviewErrors tells', `${part}: ${reason}`);

	const card = readValues(CARD, row, item.zone);
	const next = planned && parts.lessonsAhead(planned, groups ?? [], subject);
	const overview = {
		...card,
		branch_names: branchNames ? parts.namesIn(branchNames, row.branch_ids) : null,
		manager_name: parts.nameIn(managers, card.manager_id),
		stage_name: parts.nameIn(stage, card.stage_id),
		archived: archived ?? archivedByRow(entity, row, item.zone) ?? null,
		url: linkOf(entity, row, item.origin, branch),
		next_lesson: next?.[0] ? { ...next[0].lesson, group_id: next[0].groups[0] ?? null } : null,
		groups:
			groups &&
			groups.map((id) => ({
				id,
				name: groupNames.map((names) => parts.nameIn(names, id)).find((name) => name !== null) ?? null,
				next_lesson: next?.find((one) => one.groups.includes(id))?.lesson ?? null,
			})),
		subscriptions: bought && parts.subscriptionsIn(bought, plans, subject),
		attendance: lessons && parts.attendanceIn(lessons, subject).slice(0, last),
		payments: paid && parts.paymentsIn(paid, subject).slice(0, last),
		tasks: tasks && parts.tasksIn(tasks, subject),
		overviewErrors: reader.errors,
	};
	return without(overview, leftOut);
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

const listOfObjects = (properties: Record<string, JsonSchema>): JsonSchema => ({
	type: 'array',
	items: objectOf(properties),
});

const schema = objectOf({
	...{ ...schemasOf(CARD), branch_names: STRING, manager_name: STRING, stage_name: STRING },
	...{ archived: FLAG, url: STRING, next_lesson: objectOf({ ...schemasOf(LESSON), group_id: INTEGER }) },
	groups: listOfObjects({ id: INTEGER, name: STRING, next_lesson: objectOf(schemasOf(LESSON)) }),
	subscriptions: listOfObjects({ ...schemasOf(SUBSCRIPTION), plan_name: STRING }),
	attendance: listOfObjects(schemasOf({ ...LESSON, ...MARKS })),
	payments: listOfObjects(schemasOf(PAYMENT)),
	tasks: listOfObjects(schemasOf(TASK)),
	overviewErrors: listOfObjects({ part: STRING, reason: STRING }),
});
