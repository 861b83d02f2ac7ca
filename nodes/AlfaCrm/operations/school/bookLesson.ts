import type { IDataObject, INodeProperties } from 'n8n-workflow';

import {
	daysAfter,
	formatTime,
	minutesOfClock,
	readFlag,
	readId,
	readIds,
	wallClock,
} from '../../values/formats';
import { customer as customerEntity, CUSTOMER_TYPE, isRejected, stageOf } from '../../entities/customer';
import type { Field } from '../../entities/fieldTypes';
import { BOOKED, dayOf, lesson, LESSON_STATUS, WHEN } from '../../entities/lesson';
import { listCall, passesOf } from '../../entities/listCall';
import type { Entity } from '../../entities/types';
import { listOf } from '../../fields/field';
import { collection, showWhen } from '../../form/assemble';
import type { ActionKind } from '../operation';
import { fieldsForm, readFields } from '../actions/fields';
import { comesBefore } from '../actions/moveToStage';
import { findOrCreate } from '../execution/findOrCreate';
import type { LockKey } from '../execution/execution';
import { recordKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { simplifiedSchema, useful, withResult, withResultSchema } from '../output/readings';
import { objectOf, STRING } from '../output/recordSchema';
import { isArchived } from '../records/archived';
import { bodyOf } from '../records/body';
import { skipIfThere } from '../records/create';
import { getRecord } from '../records/findById';
import { assertForSomebody, isFor, noteThere, spanOf } from '../records/lesson';
import { readWholeList } from '../records/readList';
import { differences, saveChanges } from '../records/saveChanges';
import type { Target } from '../records/target';
import { labelsOf, targetOf } from '../records/target';
import type { Obstacle } from './slots';
import { obstacleAt } from './slots';
import type { Search, Teacher } from './timetable';
import {
	assertDays,
	assertRoom,
	duration,
	findSlots,
	readTeachers,
	readTimetable,
	step,
	timeOf,
	wantedOf,
} from './timetable';

const checkHours: INodeProperties = {
	displayName: 'Check Working Hours',
	name: 'checkHours',
	type: 'boolean',
	default: true,
	description: "Whether 'At a Time' must be within them",
};

const options = collection('Options', 'options', [checkHours, skipIfThere, step], 'Add Option');

const { group, customer, teacher, room } = BOOKED;

/** The fields that are asked for one way of saying when. */
const ONLY_WHEN: Readonly<Record<string, string>> = { time_from: WHEN.time, date_to: WHEN.firstFree };

/** How many free times a refusal names, and of how many days. */
const NEXT = { most: 3, days: 14 };

/** Books a lesson at a time that is free, or in the first one, unless the same person has it already. */
export const bookLesson: ActionKind<'bookLesson'> = {
	form: (_entity, { body = [] }) => ({
		prominentFields: (fieldsForm(body).prominentFields ?? []).map((property) => {
			const when = ONLY_WHEN[property.name];
			return when === undefined ? property : showWhen(property, { when: [when] });
		}),
		duration: [duration],
		options: [options],
	}),
	async execute(item, entity, { body: fields = [] }) {
		const booking = readBooking(item, entity, fields);
		const { search, given, customers, stage } = booking;
		const teachers = await readTeachers(item, search.target, booking.ids);
		await assertRoom(item, search.target, search.room);

		const wanted = { ...booking, search: { ...search, teachers } };
		const locks: LockKey[] = [];
		for (let on = search.from; on <= search.to; on = daysAfter(on, 1)) {
			for (const { name } of [group, customer, room])
				for (const id of readIds(listOf(given[name]))) locks.push([lesson.path, on, name, id]);
			for (const { id } of teachers) locks.push([lesson.path, on, teacher.name, id]);
		}
		return await item.withLock(locks, async () => {
			const booked = await book(item, entity, wanted);
			const isNew = booked.operationResult === 'created';
			if (stage !== undefined)
				for (const id of customers) await moveToStage(item, search.target, id, { stage, isNew });
			return [booked];
		});
	},
	output: (entity) => {
		const { properties } = withResultSchema(simplifiedSchema(entity));
		return objectOf({ ...properties, teacher_names: STRING });
	},
};

/** What the form says. */
interface Booking {
	/** Teachers are not known yet. */
	search: Search;
	/** The teachers that were given; any is meant if none was. */
	ids: number[];
	/** The time of day, where that was given. */
	start?: string;
	/** The fields of the lesson, as they are sent. */
	given: IDataObject;
	customers: number[];
	stage?: number;
	skips: boolean;
	hoursCount: boolean;
}

function readBooking(item: Item, entity: Entity, fields: readonly Field[]): Booking {
	const whole = targetOf(item, entity);
	const target = { ...whole, labels: { ...whole.labels, ...labelsOf(fields) } };
	const input = readFields(item, fields);
	assertForSomebody(item, input);
	const [how, others] = [true, false].map((is) => fields.filter(({ name }) => (name === 'when') === is));
	const { when } = bodyOf(item, how, input);
	const asked = others.filter(({ name }) => (ONLY_WHEN[name] ?? when) === when);
	const { date_to, lead_status_id, ...given } = bodyOf(item, asked, input, target.branch);
	const chosen = item.collection(options);
	const [from, start] = [String(dayOf(given, item.zone)), given.time_from];
	const to = String(date_to ?? from);
	const [customers, ids] = [customer, teacher].map(({ name }) => readIds(listOf(given[name])));
	const search = {
		...{ target, teachers: [], from, to, room: readId(given[room.name]), notBefore: wallClock(item.zone) },
		...{ duration: item.integer(duration), step: chosen.integer(step) },
		...(ids.length === 0 ? { subject: readId(given.subject_id) } : {}),
		isTheirs: (row: IDataObject) => isOfAny(row, customers, readIds(listOf(given[group.name]))),
	};
	assertDays(item, from, to, 'Date');
	const stage = readId(lead_status_id);
	if (stage !== undefined && customers.length === 0)
		throw item.refused(
			"'Stage' is set, but no 'Customer', whose stage it would be",
			'Remove one of them, or correct it. Nothing was sent to AlfaCRM.',
		);
	return {
		...{ search, ids, given, customers, stage },
		...(start === undefined ? {} : { start: String(start) }),
		...{ skips: chosen.flag(skipIfThere), hoursCount: chosen.flag(checkHours) },
	};
}

/** Of one of them; a regular lesson is of a customer or a group. */
function isOfAny(row: IDataObject, customers: readonly number[], groups: readonly number[]): boolean {
	const { related_class, related_id } = row;
	const owned = (name: string) => (related_class === name ? [related_id] : []);
	const isIn = (held: unknown[], wanted: readonly number[]) =>
		readIds(held).some((id) => wanted.includes(id));
	return (
		isIn([...listOf(row[customer.name]), ...owned('Customer')], customers) ||
		isIn([...listOf(row[group.name]), ...owned('Group')], groups)
	);
}

/** While nobody else books any of what it takes. */
async function book(item: Item, entity: Entity, booking: Booking): Promise<IDataObject> {
	const { search, given } = booking;
	const show = useful(item, entity, Object.keys(given));
	const named = (row: IDataObject, operationResult: 'created' | 'unchanged') => {
		const ids = readIds(listOf(row[teacher.name]));
		const names = search.teachers.filter(({ id }) => ids.includes(id)).map(({ name }) => String(name));
		return { ...withResult(show(row), operationResult), teacher_names: names.join(', ') || null };
	};
	let place: Place | undefined;
	const find = async () => {
		const theirs = await readTheirs(item, booking, search);
		let same = sameOf(item, theirs, booking);
		if (same === undefined)
			({ place, same } = await lookFor(item, { ...booking, search: withLessons(search, theirs) }));
		if (same === undefined) return undefined;
		noteThere(item, same);
		return named(same, 'unchanged');
	};
	const create = async () => {
		for (const id of booking.customers) await warnOfGone(item, search.target, id);
		const { date, start, teacher: who } = place as Place;
		const body = {
			...given,
			...{
				branch_id: search.target.branch,
				[BOOKED.day.name]: item.read(BOOKED.day, date),
				time_from: start,
			},
			...{ duration: search.duration, [teacher.name]: [who.id] },
		};
		const task = `book the lesson on ${date} at ${start}`;
		const model = await item.save({ ...search.target, action: 'create', body, task }, []);
		return named({ ...body, ...model }, 'created');
	};
	return await findOrCreate(item, find, create);
}

/** When a lesson is to be, and who gives it. */
interface Place {
	date: string;
	start: string;
	teacher: Teacher;
}

/** Lessons of the first of those who are to come; one who is a member has those of the group. */
async function readTheirs(
	item: Item,
	{ given }: Booking,
	{ target, from, to }: Search,
): Promise<IDataObject[]> {
	const [[person], [people]] = [customer, group].map(({ name }) => readIds(listOf(given[name])));
	const body = {
		...(person === undefined ? { group_id: people } : { customer_id: person }),
		...{ date_from: from, date_to: to },
	};
	// A cancelled one says that a regular lesson does not take place.
	const list = {
		...listCall(lesson, target.branch),
		body,
		passes: passesOf(lesson),
		task: 'look for the same lesson',
	};
	return await readWholeList(item, lesson, list);
}

/** Who comes is busy in lessons of their groups, too, which need not name the members. API notes 5.11. */
function withLessons(search: Search, theirs: readonly IDataObject[]): Search {
	const isNamed = (row: IDataObject) => search.isTheirs?.(row) === true;
	const unnamed = theirs.filter((row) => !isNamed(row));
	const groups = readIds(unnamed.flatMap((row) => listOf(row[group.name])));
	return { ...search, theirs, isTheirs: (row) => isNamed(row) || isOfAny(row, [], groups) };
}

/** The first lesson that is there already, where that is to be skipped. */
function sameOf(item: Item, theirs: readonly IDataObject[], booking: Booking): IDataObject | undefined {
	const same = booking.skips ? theirs.filter((row) => isSame(item, row, booking)) : [];
	return same.sort((one, other) => (String(one.time_from) < String(other.time_from) ? -1 : 1)).at(0);
}

/** Whether it is the lesson at that time or, where any time will do, one like it that is still to come. */
function isSame(item: Item, row: IDataObject, { search, given, ids, start }: Booking): boolean {
	const { notBefore = '' } = search;
	if (Number(row.status) === LESSON_STATUS.cancelled) return false;
	const on = dayOf(row, item.zone) ?? '';
	const isLike = ['subject_id', 'lesson_type_id'].every((name) => readId(row[name]) === given[name]);
	if (on < search.from || on > search.to || !isLike || !isFor(row, given)) return false;
	if (start !== undefined) return spanOf(row, item.zone)?.begin === minutesOfClock(start);
	if (`${on} ${formatTime(row.time_from, item.zone) ?? ''}` < notBefore) return false;
	const isTheirs = ids.length === 0 || readIds(listOf(row[teacher.name])).some((id) => ids.includes(id));
	// One of every week was not booked for this.
	const isOnce = readId(row.regular_id) === undefined;
	return isTheirs && isOnce && Number(row.status) === LESSON_STATUS.planned;
}

/**
 * Where to book, or the lesson that another process has booked since it was looked for.
 *
 * @throws NodeOperationError where nothing is free
 */
async function lookFor(item: Item, booking: Booking): Promise<{ place?: Place; same?: IDataObject }> {
	const { search, start, hoursCount } = booking;
	const { from, to, notBefore = '' } = search;
	if (start === undefined) {
		const [first] = search.teachers.length === 0 ? [] : await findSlots(item, search, 0);
		if (first !== undefined) return { place: first };
		throw item.refused(
			`No slot of ${search.duration} minutes is free from ${from} to ${to}`,
			`Give later days, other teachers, another room or a shorter 'Duration'. A teacher is free within the working hours in AlfaCRM only.${whoMeant(search)} ${item.savedNote()}`,
		);
	}
	const { timetable, teachers } = await readTimetable(item, search);
	const obstacles = teachers.map((one) => ({
		one,
		obstacle: obstacleAt(timetable, wantedOf(item, search, one), start, hoursCount),
	}));
	const isOfWhoComes = ({ obstacle }: Hindered) =>
		typeof obstacle === 'object' && search.isTheirs?.(obstacle.row) === true;
	const isPast = `${from} ${start}` < notBefore;
	const free = obstacles.find(({ obstacle }) => obstacle === undefined);
	if (free && !isPast) return { place: { date: from, start, teacher: free.one } };
	// That of who is to come is the same whoever gives it.
	const known = obstacles.length === 1 ? obstacles[0] : obstacles.find(isOfWhoComes);
	const reason = isPast
		? `${from} ${start} has passed by the clock of the workflow (${item.zone})`
		: (reasonOf(search, start, known) ??
			`No teacher is free on ${from} at ${start} for ${search.duration} minutes`);
	const [today] = notBefore.split(' ');
	const soonest = from < today ? today : from;
	const later = { ...search, from: soonest, to: daysAfter(soonest, NEXT.days - 1) };
	const theirs = await readTheirs(item, booking, later);
	const same = sameOf(item, theirs, booking);
	if (same !== undefined) return { same };
	throw item.refused(
		reason,
		`${await freeNext(item, withLessons(later, theirs), start)} ${item.savedNote()}`,
	);
}

const whoMeant = ({ subject }: Search): string =>
	subject === undefined
		? ''
		: " As 'Teacher' is empty, only those count who have lessons of the subject (regular ones, or some since four weeks before): choose others by name.";

interface Hindered {
	one: Teacher;
	obstacle?: Obstacle;
}

function reasonOf(search: Search, start: string, hindered?: Hindered): string | undefined {
	const { from, room: id, duration: minutes } = search;
	if (hindered?.obstacle === undefined) return undefined;
	const { one, obstacle } = hindered;
	const name = `Teacher ${one.id} (${String(one.name)})`;
	if (obstacle === 'noHours') return `${name} does not work on ${from} at ${start} for ${minutes} minutes`;
	const { row, isRegular } = obstacle;
	const who = search.isTheirs?.(row)
		? 'The customer or group'
		: readIds(listOf(row[teacher.name])).includes(one.id) || readId(row[room.name]) !== id
			? name
			: `Room ${id}`;
	const which = `${isRegular ? 'regular lesson' : 'lesson'} ${String(row.id)}`;
	return `${who} has another lesson on ${from} at ${start}: ${which}`;
}

/** What to offer instead. */
async function freeNext(item: Item, later: Search, start: string): Promise<string> {
	const { from, notBefore = '', teachers } = later;
	const asked = `${from} ${start}`;
	const after = { ...later, notBefore: asked > notBefore ? asked : notBefore };
	const slots = teachers.length === 0 ? [] : await findSlots(item, after, NEXT.most);
	const next = slots
		.filter((slot, index) => timeOf(slot) !== timeOf(slots[index - 1] ?? { date: '', start: '' }))
		.slice(0, NEXT.most);
	if (next.length === 0) return `Nothing is free within ${NEXT.days} days.${whoMeant(later)}`;
	const words = next.map((slot) => `${timeOf(slot)} (${String(slot.teacher.name)})`);
	return `Free next: ${words.join(', ')}.`;
}

const ofCustomer = ({ branch, labels }: Target): Target => ({
	path: customerEntity.path,
	branch,
	query: {},
	labels: { ...labelsOf(customerEntity.fields), ...labels },
});

/** Who books need not be allowed to see the card. */
async function warnOfGone(item: Item, own: Target, id: number): Promise<void> {
	const target = ofCustomer(own);
	const read = async () => await getRecord(item, customerEntity, id, target);
	const match = await item.ifAllowed(read);
	if (match && (isRejected(match.row) || (await isArchived(item, customerEntity, target, match))))
		item.execution.hints.add(
			"Archived customers and rejected leads are left out by 'Get Participants', and so by reminders: restore the card first",
			`customer ${id}`,
		);
}

/** What was booked stands in the message if it fails. Who is further since an earlier booking is not taken back. */
async function moveToStage(
	item: Item,
	own: Target,
	id: number,
	{ stage, isNew }: { stage: number; isNew: boolean },
): Promise<void> {
	const [entity, target] = [customerEntity, ofCustomer(own)];
	await item.withLock([recordKey(entity, id)], async () => {
		const match = await getRecord(item, entity, id, target);
		const values = { lead_status_id: stage };
		if (readFlag(match.row.is_study) === CUSTOMER_TYPE.client) {
			item.execution.hints.add('A client has no stage, so that was not changed', `customer ${id}`);
			return;
		}
		if (Object.keys(differences(item, entity, match.row, values, false)).length === 0) return;
		const now = stageOf(match.row);
		if (!isNew && now !== undefined && (await comesBefore(item, match, stage, now)) !== false) {
			item.execution.hints.add(
				"The lesson was there already, and AlfaCRM does not show that the lead is in a stage before 'Stage', so that was left",
				`customer ${id}`,
			);
			return;
		}
		await saveChanges({ item, entity, target, show: (row) => row }, match, { values, addToLists: false });
	});
}
