import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { daysAfter, readIds, wallClock } from '../../values/formats';
import { branch as branchEntity } from '../../entities/branch';
import { byId, byTheName } from '../../entities/match';
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
import { objectOf, STRING } from '../output/recordSchema';
import { archivedByRow } from '../records/archived';
import { currentRecord } from '../records/findById';
import type { LocatedRecord } from '../records/target';
import type { Item } from '../execution/item';
import type { Collection } from '../execution/parameters';
import { hiddenFields, leaveOut, readLeftOut, withoutLeftOut } from './leftOut';
import type { Subject } from './overviewParts';
import * as parts from './overviewParts';
import { OverviewReader } from './overviewReads';

/** How many lists of names are read unless all are wanted. */
const USUAL_LISTS_OF_NAMES = 2;

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
		const { match } = await currentRecord(item, entity, Number(search.wanted.id), target);
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
	const today = subject.now.slice(0, 10);
	const reader = new OverviewReader(item, [branch, ...otherBranches(row, branch, chosen)], subject.id);
	const card = parts.cardIn(row, subject);
	const hidden = hiddenFields(leftOut);
	const named = LISTS_OF_NAMES[card.type]
		.filter(([part]) => !hidden.includes(part))
		.slice(0, allNames ? undefined : USUAL_LISTS_OF_NAMES);
	const readNames = named.map(async ([part, list]) => [part, await reader.names(part, list)] as const);
	const [groups, ahead, held, bought, paid, tasks, ...listed] = await Promise.all([
		reader.groups(),
		reader.lessonsAhead(today, daysAfter(today, daysAhead)),
		leftOut.has('attendance') ? null : reader.lessonsHeld(last),
		reader.subscriptions(),
		leftOut.has('payments') ? null : reader.payments(last),
		leftOut.has('tasks') ? null : reader.tasks(allTasks),
		...readNames,
	]);
	const names = new Map(listed);
	if (groups === null) reader.errors.push(WITHOUT_GROUPS);
	for (const { part, reason } of reader.errors) {
		item.execution.hints.add('An overview lacks something, as overviewErrors tells', `${part}: ${reason}`);
	}
	const lessons = ahead && parts.lessonsAhead(ahead, groups?.keys() ?? [], subject);
	const branches = names.get('branch_names');
	const overview = {
		...card,
		branch_names: branches
			? listOf(row.branch_ids)
					.map((id) => parts.nameIn(branches, id) ?? String(id))
					.join(', ')
			: null,
		manager_name: parts.nameIn(names.get('manager_name'), card.manager_id),
		stage_name: parts.nameIn(names.get('stage_name'), card.stage_id),
		archived: archived ?? archivedByRow(entity, row, item.zone) ?? null,
		url: linkOf(entity, row, item.origin, branch),
		next_lesson: lessons && parts.nextOf(lessons),
		groups:
			groups &&
			[...groups].map(([id, name]) => ({ id, name, next_lesson: lessons && parts.nextOf(lessons, id) })),
		subscriptions: bought && parts.subscriptionsIn(bought, names.get('plan_name'), subject),
		attendance: held && parts.attendanceIn(held, last, subject),
		payments: paid && parts.paymentsIn(paid, last, subject),
		tasks: tasks && parts.tasksIn(tasks, subject),
		overviewErrors: reader.errors,
	};
	return withoutLeftOut(overview, leftOut);
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

type ListOfNames = [part: string, entity: Entity];

const MANAGERS: ListOfNames = ['manager_name', user];
const PLANS: ListOfNames = ['plan_name', tariff];
const BRANCHES: ListOfNames = ['branch_names', branchEntity];

/** The lists that name what an overview shows as numbers, what matters most first. */
const LISTS_OF_NAMES: Record<'client' | 'lead', readonly ListOfNames[]> = {
	client: [PLANS, MANAGERS, ['stage_name', studyStatus], BRANCHES],
	lead: [['stage_name', leadStatus], MANAGERS, BRANCHES, PLANS],
};

const ID: JsonSchema = { type: 'integer' };
const listOfObjects = (properties: Record<string, JsonSchema>): JsonSchema => ({
	type: 'array',
	items: objectOf(properties),
});
const ahead = {
	lesson_id: ID,
	branch_id: ID,
	date: STRING,
	start: STRING,
	end: STRING,
	type: STRING,
	topic: STRING,
};

const schema = objectOf({
	...{ id: ID, name: STRING, type: STRING, phone: STRING, email: STRING, payer_name: STRING },
	...{ branch_ids: STRING, manager_id: ID, stage_id: ID, balance: STRING, bonus: ID, lessons_left: ID },
	...{ paid_until: STRING, last_attended: STRING, branch_names: STRING, manager_name: STRING },
	...{ stage_name: STRING, archived: { type: 'boolean' }, url: STRING },
	next_lesson: objectOf({ ...ahead, group_id: ID }),
	groups: listOfObjects({ id: ID, name: STRING, next_lesson: objectOf(ahead) }),
	subscriptions: listOfObjects({
		...{ id: ID, plan_id: ID, plan_name: STRING, from: STRING, until: STRING, balance: STRING },
		...{ lessons_left: ID, note: STRING },
	}),
	attendance: listOfObjects({
		...{
			...ahead,
			attended: { type: 'boolean' },
			grade: STRING,
			homework_grade: ID,
			bonus: ID,
			note: STRING,
		},
	}),
	payments: listOfObjects({
		...{ id: ID, date: STRING, income: STRING, expenditure: STRING, type_id: ID, note: STRING },
		...{ incoming: { type: 'boolean' }, confirmed: { type: 'boolean' } },
	}),
	tasks: listOfObjects({ id: ID, title: STRING, text: STRING, due_date: STRING, assigned_ids: STRING }),
	overviewErrors: listOfObjects({ part: STRING, reason: STRING }),
});
