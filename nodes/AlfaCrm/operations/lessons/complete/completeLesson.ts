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
 * *Lesson → Complete Lesson*: completes a planned lesson with its attendances. An attendance says
 * of one customer whether the customer was present. If the lesson is completed already with the
 * values that the user has given, nothing is sent. See API notes 5.11 in docs/alfacrm-api.md.
 *
 * - `lessonItems.ts` lets all items about one lesson complete it with one call.
 * - `attendanceInput.ts` reads the values that the user has given, in one item or in several.
 * - `storedAttendances.ts` compares the given attendances with those that AlfaCRM has stored, and
 *   merges them.
 * - `customersWithoutAttendance.ts` warns of customers for whom no attendance is given.
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

// ---------------------------------------------------------------- reading the form

/** A lesson to complete, and the values that the user has given for it. */
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
	/** Whether the lesson is sent again if it is completed already, but with other values. */
	sendsAgain: boolean;
	/** Turns the lesson into the output. */
	toOutput: RecordToOutput;
}

/** Reads from the items about a lesson the values that the user has given for it. */
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

	// The output also has the fields that the user has filled. `details` are the attendances.
	const filledFields = ['details', ...Object.keys(lessonFields)];
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
		toOutput: makeRecordToOutput(item, entity, filledFields),
	};
}

/**
 * Puts IDs in place of the names of records in an item.
 *
 * @param lessonPlace the branch in which the first item has found the lesson; undefined if the user
 * has chosen a branch. The other items about the lesson are in the same branch.
 */
async function resolveNamesInPlace(
	unresolvedItem: Item,
	lessonPlace: Place | undefined,
	entity: Entity,
	action: CompleteAction,
): Promise<Item> {
	const hasPlace = unresolvedItem.place !== undefined;
	const itemWithPlace = hasPlace
		? unresolvedItem
		: unresolvedItem.resolvedWith({ place: lessonPlace });
	return await resolveNames(itemWithPlace, entity, action.name);
}

// ---------------------------------------------------------------- completing

/** A lesson as AlfaCRM shows it, and the branch to which it belongs. */
interface StoredLesson {
	lesson: IDataObject;
	isCompleted: boolean;
	attendances: IDataObject[];
	branch: Branch;
}

/** The values to send to complete a lesson. */
interface CompletionPlan {
	/** The lesson before it is completed. */
	stored: StoredLesson;
	/** The fields of the lesson that are sent, besides its attendances. */
	lessonFields: IDataObject;
	/**
	 * The attendances that the user has given. If the lesson is completed already, also the stored
	 * attendances of all other customers.
	 */
	attendances: IDataObject[];
}

/**
 * Completes the lesson, or returns it if it is completed with the same values already.
 *
 * No record is created here, but `findOrCreateByPlan` holds a lock in n8n's database. Without this
 * lock, two n8n processes could complete the lesson at the same moment, and AlfaCRM might charge
 * the customers twice.
 */
async function findOrComplete(request: CompletionRequest): Promise<IDataObject> {
	return await findOrCreateByPlan(
		request.item,
		async () => await readLessonAndPlan(request),
		async (plan) => await sendCompletion(request, plan),
	);
}

/**
 * Reads the lesson, and plans which values are sent.
 *
 * @returns the plan, or the output of the action if AlfaCRM already has all values
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
		const differingAttendances = findDifferingAttendances(
			request.attendances,
			stored.attendances,
			attendanceFields,
			item.zone,
		);
		const haveEqualFields = holdsValues(stored.lesson, lessonFields, request.fields, item.zone);
		if (differingAttendances.length === 0 && haveEqualFields) {
			return { existing: reportAlreadyCompleted(request, stored.lesson) };
		}
		if (!request.sendsAgain) {
			throw makeAlreadyCompletedError(item, lessonId, differingAttendances);
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
	// The user can change the times of the lesson, too. `moveEndTime` looks for them in these fields.
	const entityWithFormFields = { ...entity, fields };
	const movedEndTime = moveEndTime(item, entityWithFormFields, stored.lesson, lessonFields);
	return { ...lessonFields, branch_id: stored.branch, ...movedEndTime };
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

/** Reads the lesson and the attendances that AlfaCRM has stored for it. */
async function readStoredLesson(request: CompletionRequest): Promise<StoredLesson> {
	const { item, entity, lessonId, target } = request;
	const { row: lesson } = await getRecord(item, entity, lessonId, target);
	const isCompleted = Number(lesson.status) === LESSON_STATUS.completed;
	const attendances = readStoredAttendances(item, lessonId, lesson, { isCompleted });
	// A branch may also list lessons of other branches (API notes 3), so the branch in the record
	// takes precedence over that of the call.
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
	// The action always sends the status *completed*.
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

	const idsWithoutAttendance = await findCustomersWithoutAttendance(
		item,
		stored.lesson,
		stored.branch,
		attendances,
	);
	const savedFields = await item.save(call, changedRecords);
	warnOfCustomersWithoutAttendance(item, lessonId, idsWithoutAttendance);

	// AlfaCRM's answer may lack fields. The output then shows them as they were read before, except
	// for the status.
	const completedLesson = { ...stored.lesson, ...completedStatus, ...savedFields };
	return makeReportItem(toOutput, completedLesson, 'updated', Object.keys(body));
}

// ---------------------------------------------------------------- lessons that cannot be completed

/**
 * Makes sure that a lesson may have taken place: it is not cancelled, and not after tomorrow. A
 * lesson of tomorrow is accepted, because the school may be in a time zone in which it is that day
 * already.
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
 * @param differingAttendances the given attendances that AlfaCRM has not stored, or has stored with
 * other values; empty if only other fields of the lesson differ
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
