import type { IDataObject } from 'n8n-workflow';

import type { Field } from '../../../entities/fieldTypes';
import { dayOf, LESSON_STATUS } from '../../../entities/lesson';
import type { ActionOf, Entity } from '../../../entities/types';
import type { RecordToOutput } from '../../../output/report';
import { makeRecordToOutput, makeReportItem, reportSchema } from '../../../output/report';
import { recordKey } from '../../../run/keys';
import type { ExistingOrPlan } from '../../../run/findOrCreate';
import { findOrCreateByPlan } from '../../../run/findOrCreate';
import type { Item } from '../../../run/item';
import type { ActionKind } from '../../../run/operation';
import { getRecord } from '../../../run/records';
import type { Place } from '../../../run/resolution';
import { resolveNames } from '../../../run/resolveNames';
import { idOf } from '../../../run/target';
import { isCancelled } from '../../../store/calendar/lessonRow';
import type { Branch, Target } from '../../../store/located';
import { daysAfter, readId, today } from '../../../values/formats';
import { readActionTarget } from '../actionTarget';
import { moveEndTime } from '../endTime';
import { findAttendanceRowsField, readAttendanceInput } from './attendanceInput';
import { completeTogether } from './lessonItems';
import {
	findDifferingAttendances,
	holdsValues,
	mergeAttendances,
	readStoredAttendances,
} from './storedAttendances';
import {
	findCustomersWithoutAttendance,
	warnOfCustomersWithoutAttendance,
} from './customersWithoutAttendance';

/**
 * *Lesson → Complete Lesson*: completes a planned lesson with its attendance. A lesson that is
 * completed already is left alone if AlfaCRM shows the same attendance and the same values for the
 * other fields that the user has filled. API notes 5.11.
 *
 * - `lessonItems.ts`: all items about one lesson complete it with one call
 * - `attendanceInput.ts`: what the user has given, in one item or in several
 * - `storedAttendances.ts`: what AlfaCRM shows of the lesson, compared and merged with the input
 * - `customersWithoutAttendance.ts`: warns of customers of the lesson whom the input does not name
 */
export const completeLesson: ActionKind<'completeLesson'> = {
	// The form has only the lesson and the fields that the action declares.
	form: () => ({}),

	async execute(item, entity, action) {
		return await completeTogether(item, entity, async (items) => {
			const request = await readRequest(items, entity, action);
			const lock = recordKey(entity, request.lessonId);
			const output = await item.withLock([lock], async () => await findOrComplete(request));
			return [output];
		});
	},

	output: reportSchema,
};

type CompleteAction = ActionOf<'completeLesson'>;

// ---------------------------------------------------------------- what the user asks for

/** A lesson to complete, and what the user has given for it. */
interface CompletionRequest {
	/** The item that completes the lesson for all items about it. */
	item: Item;
	entity: Entity;
	action: CompleteAction;
	lessonId: number;
	target: Target;
	/** The fields of the form. */
	fields: readonly Field[];
	/** The fields of one attendance. */
	attendanceFields: readonly Field[];
	/** The attendances of customers as they are sent, one for each customer. */
	attendances: IDataObject[];
	/** The other fields of the lesson as they are sent, such as the topic. */
	lessonFields: IDataObject;
	/**
	 * Whether the lesson is sent again if it is completed already, with another attendance or with
	 * other values of the fields.
	 */
	sendsAgain: boolean;
	toOutput: RecordToOutput;
}

/** Reads from the items about a lesson what the user has given to complete it. */
async function readRequest(
	items: readonly [Item, ...Item[]],
	entity: Entity,
	action: CompleteAction,
): Promise<CompletionRequest> {
	const [item] = items;
	const { fields = [] } = action;
	const lessonId = idOf(item, entity);
	const target = readActionTarget(item, entity, fields);

	const { attendances, otherFields } = await readAttendanceInput(items, {
		lessonId,
		fields,
		branch: target.branch,
		resolveNames: async (unresolvedItem) =>
			await resolveNamesInPlace(unresolvedItem, item.place, entity, action),
	});
	const { if_completed: choiceIfCompleted, ...lessonFields } = otherFields;

	const givenFields = ['details', ...Object.keys(lessonFields)];
	return {
		item,
		entity,
		action,
		lessonId,
		target,
		fields,
		attendanceFields: findAttendanceRowsField(fields).fields,
		attendances,
		lessonFields,
		// Workflows store the choice 'Send It Again' as "teach", AlfaCRM's name for completing.
		sendsAgain: choiceIfCompleted === 'teach',
		toOutput: makeRecordToOutput(item, entity, givenFields),
	};
}

/**
 * Puts IDs in place of the names that an item holds.
 *
 * @param place the branch in which the lesson was found, if 'Branch' is empty. It holds for all
 * items about the lesson.
 */
async function resolveNamesInPlace(
	unresolvedItem: Item,
	place: Place | undefined,
	entity: Entity,
	action: CompleteAction,
): Promise<Item> {
	const hasPlace = unresolvedItem.place !== undefined;
	const placedItem = hasPlace ? unresolvedItem : unresolvedItem.resolvedWith({ place });
	return await resolveNames(placedItem, entity, action.name);
}

// ---------------------------------------------------------------- completing

/** A lesson as AlfaCRM shows it, and the branch to which it belongs. */
interface StoredLesson {
	lesson: IDataObject;
	isCompleted: boolean;
	attendances: IDataObject[];
	branch: Branch;
}

/** What is sent to complete a lesson, and the lesson as it was before. */
interface CompletionPlan {
	stored: StoredLesson;
	/** The fields of the lesson that are sent, besides its attendances. */
	lessonFields: IDataObject;
	/**
	 * The attendances that are sent: those that the user has given and, if the lesson is completed
	 * already, the stored ones of all other customers.
	 */
	attendances: IDataObject[];
}

/**
 * Completes the lesson, or returns it if it is completed with the same values already.
 *
 * Nothing is created here. `findOrCreateByPlan` is used for its lock in n8n's database, which keeps
 * two n8n processes from completing the lesson at the same moment: AlfaCRM might charge it twice.
 */
async function findOrComplete(request: CompletionRequest): Promise<IDataObject> {
	return await findOrCreateByPlan(
		request.item,
		async () => await readLessonAndPlan(request),
		async (plan) => await sendCompletion(request, plan),
	);
}

/**
 * Reads the lesson, and decides what is sent.
 *
 * @returns the output of the action if AlfaCRM already holds everything that would be sent
 * @throws NodeOperationError if the lesson cannot be completed, or is completed with other values
 * and the user has not chosen to send it again
 */
async function readLessonAndPlan(
	request: CompletionRequest,
): Promise<ExistingOrPlan<IDataObject, CompletionPlan>> {
	const { item, lessonId, attendanceFields } = request;
	const stored = await readStoredLesson(request);
	const lessonFields = makeLessonFields(request, stored);

	if (stored.isCompleted) {
		const differences = findDifferences(request, stored, lessonFields);
		if (differences === undefined) {
			return { existing: reportAlreadyCompleted(request, stored.lesson) };
		}
		if (!request.sendsAgain) {
			throw makeAlreadyCompletedError(item, lessonId, differences.attendances);
		}
	} else {
		assertMayHaveTakenPlace(item, lessonId, stored.lesson);
	}

	const attendances = mergeAttendances(request.attendances, stored.attendances, attendanceFields, {
		branch: stored.branch,
		keepsOthers: stored.isCompleted,
	});
	return { plan: { stored, lessonFields, attendances } };
}

/** Makes the fields of the lesson that are sent, besides its attendances. */
function makeLessonFields(request: CompletionRequest, stored: StoredLesson): IDataObject {
	const { item, entity, fields, lessonFields } = request;
	// The form has the times of a lesson among its fields.
	const formEntity = { ...entity, fields };
	const movedEndTime = moveEndTime(item, formEntity, stored.lesson, lessonFields);
	return { ...lessonFields, branch_id: stored.branch, ...movedEndTime };
}

/**
 * Finds out whether a completed lesson differs from what would be sent.
 *
 * @returns the given attendances that AlfaCRM does not show, or shows with other values. If there
 * is none, another field of the lesson differs. Undefined if nothing differs.
 */
function findDifferences(
	request: CompletionRequest,
	stored: StoredLesson,
	lessonFields: IDataObject,
): { attendances: IDataObject[] } | undefined {
	const { zone } = request.item;
	const attendances = findDifferingAttendances(
		request.attendances,
		stored.attendances,
		request.attendanceFields,
		zone,
	);
	const hasSameFields = holdsValues(stored.lesson, lessonFields, request.fields, zone);
	return attendances.length === 0 && hasSameFields ? undefined : { attendances };
}

/** Reports that the lesson is completed with the same values already, so nothing was changed. */
function reportAlreadyCompleted(request: CompletionRequest, lesson: IDataObject): IDataObject {
	const { item, lessonId, toOutput } = request;
	item.execution.hints.addRepeat(
		'This lesson was completed like that already; nothing was changed',
		`lesson ${lessonId}`,
	);
	const changedFields: string[] = [];
	return makeReportItem(toOutput, lesson, 'unchanged', changedFields);
}

/** Reads the lesson that is to be completed, with the attendances that AlfaCRM shows so far. */
async function readStoredLesson(request: CompletionRequest): Promise<StoredLesson> {
	const { item, entity, lessonId, target } = request;
	const { row: lesson } = await getRecord(item, entity, lessonId, target);
	const isCompleted = Number(lesson.status) === LESSON_STATUS.completed;
	const attendances = readStoredAttendances(item, lessonId, lesson, { isCompleted });
	// A branch may also list lessons of other branches (API notes 3), so the branch in the record
	// counts.
	const branch = readId(lesson.branch_id) ?? target.branch;
	return { lesson, isCompleted, attendances, branch };
}

/** Completes the lesson in AlfaCRM. */
async function sendCompletion(
	request: CompletionRequest,
	plan: CompletionPlan,
): Promise<IDataObject> {
	const { item, entity, action, lessonId, toOutput } = request;
	const { stored, lessonFields, attendances } = plan;
	// The action declares the status *completed* as the value that it always sends.
	const completedStatus = action.fixedValues;
	const body = { ...lessonFields, details: attendances, ...completedStatus };
	const call = {
		...request.target,
		action: action.action,
		query: { id: lessonId },
		body,
		task: `complete lesson ${lessonId}`,
	};
	const changedRecords = [recordKey(entity, lessonId)];

	const unnamedIds = await findCustomersWithoutAttendance(
		item,
		stored.lesson,
		stored.branch,
		attendances,
	);
	const savedFields = await item.save(call, changedRecords);
	warnOfCustomersWithoutAttendance(item, lessonId, unnamedIds);

	// The answer of AlfaCRM may lack fields of the lesson. Their values are then those that were read
	// before, except for the status.
	const completedLesson = { ...stored.lesson, ...completedStatus, ...savedFields };
	return makeReportItem(toOutput, completedLesson, 'updated', Object.keys(body));
}

// ---------------------------------------------------------------- lessons that cannot be completed

/**
 * Refuses a cancelled lesson, and a lesson after tomorrow. A lesson of tomorrow is accepted: the
 * time zone of the school is not known, so tomorrow may be today there.
 */
function assertMayHaveTakenPlace(item: Item, lessonId: number, lesson: IDataObject): void {
	if (isCancelled(lesson)) {
		throw item.error(`Lesson ${lessonId} is cancelled, so nobody attended it`);
	}

	const day = dayOf(lesson, item.zone);
	const tomorrow = daysAfter(today('iso', item.zone), 1);
	if (day === undefined || day <= tomorrow) return;
	throw item.error(
		`Lesson ${lessonId} is on ${day}, so nobody can have attended it yet`,
		"Correct 'Lesson', or limit the list that it comes from to days that have passed.",
	);
}

/**
 * Makes the error for a lesson that is completed with other values already.
 *
 * @param differingAttendances the given attendances that AlfaCRM does not show, or shows with other
 * values. If there is none, another field of the lesson differs.
 */
function makeAlreadyCompletedError(
	item: Item,
	lessonId: number,
	differingAttendances: readonly IDataObject[],
): Error {
	const customerIds = differingAttendances.map(({ customer_id }) => String(customer_id));
	const difference =
		customerIds.length === 0
			? 'other details'
			: `another attendance of customer ${customerIds.join(', ')}`;
	return item.error(
		`Lesson ${lessonId} is already completed, with ${difference}`,
		"Correct it in AlfaCRM, or set 'If Already Completed' to Send It Again. Everybody who was at a lesson has to reach this node in one run.",
	);
}
