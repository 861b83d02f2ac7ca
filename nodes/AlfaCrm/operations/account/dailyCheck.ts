import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { MAIN_BRANCH_OFF } from '../../api/messages';
import { daysAfter, today as todayIn, wallClock } from '../../values/formats';
import { branch as branchEntity } from '../../entities/branch';
import { customer } from '../../entities/customer';
import { isoDate } from '../../entities/fields';
import { group as groupEntity } from '../../entities/group';
import { room } from '../../entities/room';
import { teacher } from '../../entities/teacher';
import type { Entity } from '../../entities/types';
import { toProperty } from '../../fields/field';
import { sortByName } from '../../fields/order';
import { titleOf } from '../../fields/titles';
import { collection } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import type { Item } from '../../run/item';
import { readChosenBranches } from '../../run/matching/branchesToSearch';
import { linkOf } from '../../output/link';
import { objectOf, STRING } from '../../output/recordSchema';
import { branchesInUse, searchedIn } from '../../run/branches';
import { settleNames } from '../../run/settleNames';
import type { CheckName, Finding, Names } from './dailyFindings';
import {
	attendanceNotMarked,
	comesUnpaid,
	overlaps,
	paymentsWithoutCustomer,
	smallGroups,
	stillPlanned,
} from './dailyFindings';
import type { Asked } from './dailyLists';
import { CHECKS, Lists, readComing, readGroups, readLessons, readPayments } from './dailyLists';
import { nameSourceOf } from '../../run/names';
import type { LocatedRecord } from '../../store/located';

const NAMES = Object.keys(CHECKS) as CheckName[];

const checks: INodeProperties = {
	displayName: 'Checks',
	name: 'checks',
	type: 'multiOptions',
	options: sortByName(NAMES.map((value) => ({ name: CHECKS[value], value }))),
	default: [...NAMES],
	description: 'All if left empty',
};

const day = isoDate('day', 'Day', { description: 'Yesterday if not given' });

const fewest = wholeNumber({
	displayName: 'Fewest Members',
	name: 'fewest',
	min: 1,
	default: 2,
	description: 'Groups with fewer are small',
});

export const dailyOptions = collection(
	'Options',
	'options',
	[checks, toProperty(day), fewest, toProperty(searchedIn)],
	'Add Option',
);

const INTEGER = { type: 'integer' } as const;

export const dailySchema = objectOf({
	...{ check: STRING, message: STRING, url: STRING, date: STRING, time: STRING, branch_id: INTEGER },
	...{ lesson_id: INTEGER, payment_id: INTEGER, group_id: INTEGER },
	...{ customer_id: INTEGER, customer_name: STRING, teacher_name: STRING },
});

/** Reads what the form says, before anything but names of branches is asked for. */
function readAsked(item: Item): Asked {
	const options = item.collection(dailyOptions);
	const wanted = options.choices(checks);
	const { zone } = item;
	const today = todayIn('iso', zone);
	const back = options.has(day.name) ? options.toWire(day, options.input(toProperty(day))) : undefined;
	return {
		checks: wanted.length === 0 ? NAMES : NAMES.filter((name) => wanted.includes(name)),
		days: {
			...{ day: back === undefined ? daysAfter(today, -1) : String(back), today },
			...{ tomorrow: daysAfter(today, 1), now: wallClock(zone), zone },
		},
		fewest: options.integer(fewest),
		chosen: readChosenBranches(options),
	};
}

/** What has to be put right in the school: one item for each finding. All items of an execution share it. */
export async function dailyCheck(item: Item): Promise<IDataObject[]> {
	item.onlyReads = true;
	item.execution.decidesByTime = true;
	await settleNames(item, branchEntity, 'dailyCheck');
	const asked = readAsked(item);
	const read = async () => await findAll(item, asked);
	const found = await item.execution.cached('account', JSON.stringify(['daily', asked]), read);
	return found.map((one) => ({ ...one }));
}

async function findAll(item: Item, asked: Asked): Promise<IDataObject[]> {
	const { chosen, days, fewest: least } = asked;
	const branches = chosen.length > 0 ? chosen : await branchesInUse(item);
	if (branches === undefined) {
		throw item.error(
			'This user may not list the branches of the account',
			`Choose some in '${searchedIn.label}' of 'Options'. ${MAIN_BRANCH_OFF}`,
		);
	}
	const lists = new Lists(item, branches, asked);
	const [lessons, payments, groups] = await Promise.all([
		readLessons(lists),
		readPayments(lists),
		readGroups(lists),
	]);
	const participants = await readComing(lists, lessons);
	lists.assertAnyRead();
	const { all, marked } = lessons;
	return await tell(
		lists,
		[
			...stillPlanned(all, days),
			...overlaps(all, days),
			...smallGroups(groups, least, days),
			...attendanceNotMarked(all, marked, days),
			...paymentsWithoutCustomer(payments, days),
			...comesUnpaid(participants),
		].filter(({ check }) => asked.checks.includes(check)),
	);
}

// ---------------------------------------------------------------- items

/** The findings as items, by check and then by time, with the names of what they are about. */
async function tell(lists: Lists, findings: readonly Finding[]): Promise<IDataObject[]> {
	const { item, cards, groups } = lists;
	const { titlesIn } = nameSourceOf(item);
	/** Names that are not known yet, each list read once. */
	const titlesOf = async (
		entity: Entity,
		idsIn: (finding: Finding) => readonly number[] | undefined,
		isKnown: (id: number) => boolean = () => false,
	): Promise<Map<number, string>> => {
		const unknown = findings.filter((one) => idsIn(one)?.some((id) => !isKnown(id)));
		const branches = new Set(unknown.map(({ branch }) => branch ?? undefined));
		const titles = await Promise.all([...branches].map(async (branch) => await titlesIn(entity, branch)));
		return new Map(titles.flatMap((all) => [...(all ?? [])]));
	};
	if (findings.some(({ customers = [] }) => customers.some((id) => !cards.has(id)))) await lists.readPeople();
	const [teachers, rooms, others] = await Promise.all([
		titlesOf(teacher, (finding) => finding.teachers),
		titlesOf(room, (finding) => finding.rooms),
		titlesOf(
			groupEntity,
			(finding) => finding.groups,
			(id) => groups.has(id),
		),
	]);
	const titleIn = (known: ReadonlyMap<number, LocatedRecord>, entity: Entity, id: number) => {
		const row = known.get(id)?.row;
		return row && titleOf(row, entity);
	};
	const names: Names = {
		customer: (id) => titleIn(cards, customer, id) ?? `customer ${id}`,
		group: (id) => titleIn(groups, groupEntity, id) ?? others.get(id) ?? `group ${id}`,
		room: (id) => rooms.get(id) ?? String(id),
		teacher: (id) => teachers.get(id) ?? `teacher ${id}`,
	};
	const items = findings.map(({ say, ...finding }) => {
		const { check, date, time = null, branch, lesson: lesson_id = null, payment = null } = finding;
		const { groups: [group] = [], customers = [], teachers: ids = [] } = finding;
		const [who] = customers.length === 1 ? customers : [];
		const [page, entity] = who === undefined ? [group, groupEntity] : [who, customer];
		const known = (who === undefined ? groups : cards).get(page ?? 0) ?? { row: { id: page } };
		return {
			...{
				check,
				message: say(names),
				url: linkOf(entity, known.row, item.origin, known.branch ?? branch ?? undefined),
			},
			...{ date, time, branch_id: branch, lesson_id, payment_id: payment, group_id: group ?? null },
			...{ customer_id: who ?? null, customer_name: who === undefined ? null : names.customer(who) },
			teacher_name: ids.length === 0 ? null : ids.map(names.teacher).join(', '),
		};
	});
	const placeOf = ({ check, date, time, message }: (typeof items)[number]) =>
		[NAMES.indexOf(check), date, time ?? '', message].join(' ');
	return items.sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
}
