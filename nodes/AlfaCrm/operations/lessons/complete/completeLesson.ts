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
import { resolveNames } from '../../../run/resolveNames';
import { idOf, labelsOf, targetOf } from '../../../run/target';
import { isCancelled } from '../../../store/calendar/lessonRow';
import type { Branch, Target } from '../../../store/located';
import { daysAfter, readId, today } from '../../../values/formats';
import { moveEndTime } from '../endTime';
import { attendanceRowsFieldOf, readAttendanceInput } from './attendanceInput';
import { completeTogether } from './lessonItems';
import {
	findDifferingAttendances,
	holdsFields,
	mergeAttendances,
	readStoredAttendances,
} from './storedAttendances';
import { findUnnamedCustomers, warnOfUnnamedCustomers } from './unnamedCustomers';

/**
 * *Lesson → Complete Lesson*: completes a planned lesson with its attendance. A lesson that is
 * completed already is left alone if AlfaCRM shows the same attendance and the same values for the
 * other fields that the user has filled. API notes 5.11.
 *
 * - `lessonItems.ts`: all items about one lesson complete it with one call
 * - `attendanceInput.ts`: what the user has given, in one item or in several
 * - `storedAttendances.ts`: what AlfaCRM shows of the lesson, compared and merged with the input
 * - `unnamedCustomers.ts`: warns of customers of the lesson whom the input does not name
 */
export const completeLesson: ActionKind<'completeLesson'> = {
	// The form has only the lesson and the fields that the action declares.
	form: () => ({}),

	async execute(item, entity, action) {
		return await completeTogether(item, entity, async (items) => {
			const request = await readRequest(items, entity, action);
			const lock = recordKey(entity, request.lessonId);
			return await item.withLock([lock], async () => [await findOrComplete(request)]);
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

/** Reads the lesson to complete from the items about it. */
async function readRequest(
	items: readonly [Item, ...Item[]],
	entity: Entity,
	action: CompleteAction,
): Promise<CompletionRequest> {
	const [item] = items;
	const { fields = [] } = action;
	const lessonId = idOf(item, entity);
	const ownTarget = targetOf(item, entity);
	const target = { ...ownTarget, labels: { ...ownTarget.labels, ...labelsOf(fields) } };

	const { attendances, otherFields } = await readAttendanceInput(items, {
		lessonId,
		fields,
		branch: target.branch,
		async resolveNames(unresolvedItem) {
			// The branch in which the first item's lesson was found is also that of the other items.
			const placedItem =
				unresolvedItem.place === undefined
					? unresolvedItem.resolvedWith({ place: item.place })
					: unresolvedItem;
			return await resolveNames(placedItem, entity, action.name);
		},
	});
	const { if_completed, ...lessonFields } = otherFields;

	return {
		item,
		entity,
		action,
		lessonId,
		target,
		fields,
		attendanceFields: attendanceRowsFieldOf(fields).fields,
		attendances,
		lessonFields,
		// Workflows store the choice 'Send It Again' under this name.
		sendsAgain: if_completed === 'teach',
		toOutput: makeRecordToOutput(item, entity, ['details', ...Object.keys(lessonFields)]),
	};
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
 * Nothing is created here. `findOrCreateByPlan` is used for its database lock, which keeps two n8n
 * processes from completing the lesson at the same moment: AlfaCRM might charge it twice.
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
	const { item, lessonId, fields, attendanceFields, toOutput } = request;
	const stored = await readStoredLesson(request);
	const lessonFields = {
		...request.lessonFields,
		branch_id: stored.branch,
		// The times are among the fields of the form, which are not those of the entity.
		...moveEndTime(item, { ...request.entity, fields }, stored.lesson, request.lessonFields),
	};

	if (stored.isCompleted) {
		const differing = findDifferingAttendances(
			request.attendances,
			stored.attendances,
			attendanceFields,
			item.zone,
		);
		const hasSameFields = holdsFields(stored.lesson, lessonFields, fields, item.zone);
		if (differing.length === 0 && hasSameFields) {
			hintThatLessonIsCompleted(item, lessonId);
			const changedFields: string[] = [];
			return { existing: makeReportItem(toOutput, stored.lesson, 'unchanged', changedFields) };
		}
		if (!request.sendsAgain) throw completedError(item, lessonId, differing);
	} else {
		assertMayHaveTakenPlace(item, lessonId, stored.lesson);
	}

	const attendances = mergeAttendances(request.attendances, stored.attendances, attendanceFields, {
		branch: stored.branch,
		keepsOthers: stored.isCompleted,
	});
	return { plan: { stored, lessonFields, attendances } };
}

async function readStoredLesson({
	item,
	entity,
	lessonId,
	target,
}: CompletionRequest): Promise<StoredLesson> {
	const { row: lesson } = await getRecord(item, entity, lessonId, target);
	const isCompleted = Number(lesson.status) === LESSON_STATUS.completed;
	return {
		lesson,
		isCompleted,
		attendances: readStoredAttendances(item, lessonId, lesson, { isCompleted }),
		// A branch may also list lessons of other branches (API notes 3), so the branch in the record
		// counts.
		branch: readId(lesson.branch_id) ?? target.branch,
	};
}

/** Completes the lesson in AlfaCRM. */
async function sendCompletion(
	request: CompletionRequest,
	{ stored, lessonFields, attendances }: CompletionPlan,
): Promise<IDataObject> {
	const { item, entity, action, lessonId, target, toOutput } = request;
	// `action.fixed` is the status *completed*, which the action declares.
	const body = { ...lessonFields, details: attendances, ...action.fixedValues };
	const call = {
		...target,
		action: action.action,
		query: { id: lessonId },
		body,
		task: `complete lesson ${lessonId}`,
	};

	const unnamedIds = await findUnnamedCustomers(item, stored.lesson, stored.branch, attendances);
	const savedFields = await item.save(call, [recordKey(entity, lessonId)]);
	warnOfUnnamedCustomers(item, lessonId, unnamedIds);

	// The answer of AlfaCRM may lack fields of the lesson. Their values are then those that were read
	// before, except for the status.
	const completedLesson = { ...stored.lesson, ...action.fixedValues, ...savedFields };
	return makeReportItem(toOutput, completedLesson, 'updated', Object.keys(body));
}

// ---------------------------------------------------------------- what the user is told

function hintThatLessonIsCompleted(item: Item, lessonId: number): void {
	item.execution.hints.addRepeat(
		'This lesson was completed like that already; nothing was changed',
		`lesson ${lessonId}`,
	);
}

/**
 * Refuses a cancelled lesson, and a lesson after tomorrow. A lesson of tomorrow is accepted: the
 * time zone of the school is not known, so tomorrow may be today there.
 */
function assertMayHaveTakenPlace(item: Item, lessonId: number, lesson: IDataObject): void {
	if (isCancelled(lesson))
		throw item.error(`Lesson ${lessonId} is cancelled, so nobody attended it`);

	const day = dayOf(lesson, item.zone);
	const tomorrow = daysAfter(today('iso', item.zone), 1);
	if (day === undefined || day <= tomorrow) return;
	throw item.error(
		`Lesson ${lessonId} is on ${day}, so nobody can have attended it yet`,
		"Correct 'Lesson', or limit the list that it comes from to days that have passed.",
	);
}

/**
 * @param differing the given attendances that AlfaCRM does not show, or shows with other values. If
 * there is none, another field of the lesson differs.
 */
function completedError(item: Item, lessonId: number, differing: readonly IDataObject[]): Error {
	const customers = differing.map(({ customer_id }) => String(customer_id)).join(', ');
	return item.error(
		customers === ''
			? `Lesson ${lessonId} is already completed, with other details`
			: `Lesson ${lessonId} is already completed, with another attendance of customer ${customers}`,
		"Correct it in AlfaCRM, or set 'If Already Completed' to Send It Again. Everybody who was at a lesson has to reach this node in one run.",
	);
}
