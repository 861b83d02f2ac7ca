import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity, OperationName } from '../../../nodes/AlfaCrm/entities/types';
import type { Row } from '../../../sandbox';
import { searchesBeforeSaving, onlyReads } from '../../support/actionKinds';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../../support/codes';
import { resourcesAndOperations, findEntityOfResource } from '../../support/form';
import type { FilledForm, Target } from './arbitraryForms';
import {
	arbitraryCustomFields,
	fillForm,
	arbitraryInputMode,
	arbitraryOptions,
	arbitraryUpsertForm,
	arbitraryUpsertTarget,
} from './arbitraryForms';
import type { Value, BranchRecords } from './arbitraryValues';
import { arbitraryItem, readRecordsOfBranch, arbitraryValue, arbitraryValues } from './arbitraryValues';
import { customerWithPhone, OPEN_END, recordWithId } from './forms';

/** An operation that may be run again without doing its work twice, with its generators. */
export interface OperationCase {
	resource: string;
	operation: string;
	entity: Entity;
	/** Chooses the record that a run is about, or the values by which it is found. */
	arbitraryTarget: (records: BranchRecords) => fc.Arbitrary<Target>;
	/** Fills the form for this record. Two forms may be about one record. */
	arbitraryForm: (records: BranchRecords, target: Target) => fc.Arbitrary<FilledForm>;
}

// ---------------------------------------------------------------- what each operation promises

/** Tells what a second run with the same form does: it reads, it does nothing, or it does its work again. */
type RunAgain = 'reads' | 'once' | 'each time';

const PROMISE_BY_USUAL_OPERATION: Record<
	OperationName | 'check' | 'dailyCheck' | 'send' | 'tryWrites',
	RunAgain
> = {
	get: 'reads',
	getAll: 'reads',
	find: 'reads',
	check: 'reads',
	dailyCheck: 'reads',
	update: 'once',
	upsert: 'once',
	delete: 'once',
	// It makes a new record each time. A lesson is an exception, see `createsLesson`.
	create: 'each time',
	// It creates a lead and removes it again.
	tryWrites: 'each time',
	// It sends any call that the user writes.
	send: 'each time',
};

/** Finds the promise of an action by its kind. */
function findPromiseOfAction({ kind }: Action): RunAgain {
	if (onlyReads(kind)) return 'reads';
	// AlfaCRM has no list of bonuses, so an action that gives one cannot find its earlier run.
	return searchesBeforeSaving(kind) ? 'once' : 'each time';
}

/** Lists the promises of all actions by the names of the actions. */
function listPromisesOfActions(): Record<string, RunAgain> {
	const promises: Record<string, RunAgain> = {};
	for (const action of entities.flatMap(({ actions = [] }) => actions)) {
		promises[action.name] = findPromiseOfAction(action);
	}
	return promises;
}

/** The promise that each operation makes for a second run. */
export const PROMISE_BY_OPERATION: Record<string, RunAgain> = {
	...PROMISE_BY_USUAL_OPERATION,
	...listPromisesOfActions(),
};

// ---------------------------------------------------------------- what makes sense for each

type ParameterValues = Record<string, fc.Arbitrary<Value | undefined>>;

/** Limits what is generated for an operation to what makes sense. */
interface OperationLimits {
	/** Tells whether the operation is meant for the record. */
	isSuitable?: (row: Row, records: BranchRecords) => boolean;
	/** Generates the parameters that depend on the record. An undefined value leaves its parameter out. */
	parameters?: (records: BranchRecords, row: Row) => ParameterValues;
}

const LIMITS_BY_OPERATION: Record<string, OperationLimits> = {
	'customer.convertToClient': { isSuitable: isActiveLead },
	'customer.reject': { isSuitable: isActiveLead },
	'customer.archive': { isSuitable: isActiveCustomer },
	'customer.unarchive': { isSuitable: (row) => !isActiveCustomer(row) },
	'group.archive': { isSuitable: (row) => row.removed !== 1 },
	'group.unarchive': { isSuitable: (row) => row.removed === 1 },
	'customer.removeFromGroup': {
		isSuitable: (row, records) => readGroupsOf(row, records).length > 0,
		parameters: arbitraryGroupOfCustomer,
	},
	'customer.takePayment': { parameters: arbitraryPaymentParameters },
	'pay.createCorrection': { parameters: arbitraryCorrectionParameters },
	'lesson.book': { parameters: arbitraryBooking },
	'lesson.complete': { isSuitable: mayBeCompleted, parameters: arbitraryAttendance },
};

function isActiveCustomer(row: Row): boolean {
	return row.e_date === OPEN_END;
}

/** Tells whether a customer is a lead who is not archived. */
function isActiveLead(row: Row): boolean {
	return row.is_study === CUSTOMER_TYPE.lead && isActiveCustomer(row);
}

/**
 * Tells whether a lesson lists customers and is planned. Some lessons that are already completed pass as
 * well.
 */
function mayBeCompleted(lesson: Row): boolean {
	const isPlanned = lesson.status === LESSON_STATUS.planned;
	return readCustomersOf(lesson).length > 0 && (isPlanned || lesson.id % 5 === 0);
}

/** Reads the customers whom a lesson lists. */
function readCustomersOf({ customer_ids }: Row): number[] {
	return Array.isArray(customer_ids) ? customer_ids.map(Number) : [];
}

/** Reads the groups of a customer from the memberships. */
function readGroupsOf({ id }: Row, { rows }: BranchRecords): number[] {
	const memberships = rows('cgi').filter(({ customer_id }) => customer_id === id);
	return memberships.map(({ group_id }) => Number(group_id));
}

/** Chooses a group of the customer, if there is one. */
function arbitraryGroupOfCustomer(records: BranchRecords, customer: Row): ParameterValues {
	const groups = readGroupsOf(customer, records);
	return groups.length > 0 ? { group_id: arbitraryItem(groups).map(recordWithId) } : {};
}

/** Chooses a subscription of the customer, because that of another customer is refused. */
function arbitraryPaymentParameters({ rows }: BranchRecords, customer: Row): ParameterValues {
	const subscriptions = rows('customer-tariff').filter(({ customer_id }) => customer_id === customer.id);
	const subscriptionIds = subscriptions.map(({ id }) => id);
	return {
		ctt_id: fc.constantFrom(undefined, ...subscriptionIds),
		externalId: fc.constantFrom(undefined, 'inv-1', 'inv-10'),
		externalIdField: fc.constant(undefined),
	};
}

/**
 * Gives the correction an external ID in its note or in a custom field. Without one, each run makes another
 * payment.
 */
function arbitraryCorrectionParameters(): ParameterValues {
	return {
		externalId: fc.constantFrom('inv-1', 'inv-10'),
		externalIdField: fc.constantFrom(undefined, 'custom_md_order'),
	};
}

/** Chooses a booking that may succeed: teachers work on Mondays, Wednesdays and Fridays from 10:00. */
function arbitraryBooking({ rows }: BranchRecords): ParameterValues {
	return {
		customer_ids: arbitraryItem(rows('customer')).map(({ id }) => recordWithId(id)),
		group_ids: fc.constant(undefined),
		lesson_type_id: fc.constantFrom(1, 3).map(recordWithId),
		teacher_ids: fc.constantFrom([1], [1, 3], []),
		when: fc.constantFrom('time', 'firstFree'),
		lesson_date: fc.constantFrom('2031-03-10', '12.03.2031'),
		time_from: fc.constantFrom('10:00', '10:30', '16:00:00'),
		date_to: fc.constantFrom('2031-03-12', '2031-04-14'),
		// It is the last stage, so that a repeated run does not move a lead back.
		lead_status_id: fc.constantFrom(undefined, findLastStage(rows)),
	};
}

/** Finds the last stage of the funnel, as the form names it. */
function findLastStage(rows: BranchRecords['rows']): Value {
	const stages = [...rows('lead-status')];
	stages.sort((a, b) => Number(b.weight) - Number(a.weight));
	return recordWithId(stages[0].id);
}

/** Names each customer of a lesson once: as present, as absent, or in a row of the details. */
function arbitraryAttendance(_records: BranchRecords, lesson: Row): ParameterValues {
	const customers = readCustomersOf(lesson);
	const [firstCustomer] = customers;
	const isInDetails = firstCustomer % 2 === 1;
	const presentCustomers = customers.filter((id) => id % 2 === 0);
	const absentCustomers = customers.filter((id) => id % 2 === 1 && id !== firstCustomer);
	return {
		present_ids: fc.constant(presentCustomers),
		absent_ids: fc.constant(absentCustomers.join(', ')),
		details: isInDetails ? arbitraryDetails(firstCustomer) : fc.constant(undefined),
		branch_id: fc.constant(undefined),
	};
}

/** Chooses the details of one customer, as the form has them. */
function arbitraryDetails(customer_id: number): fc.Arbitrary<IDataObject> {
	const row = fc.record(
		{
			customer_id: fc.constant(customer_id),
			is_attend: fc.boolean(),
			grade: fc.constantFrom('5', '4'),
			bonus: fc.integer({ min: 1, max: 9 }),
			note: fc.constantFrom('Молодец', 'Опоздал'),
		},
		{ requiredKeys: ['customer_id', 'is_attend'] },
	);
	return row.map((details): IDataObject => ({ values: [details] }));
}

// ---------------------------------------------------------------- the cases

export const operationCases: readonly OperationCase[] = resourcesAndOperations
	.filter(([resource, operation]) => mayRunAgain(resource, operation))
	.map(([resource, operation]) => makeCase(resource, operation));

/** Tells whether an operation may run twice and do its work once. */
function mayRunAgain(resource: string, operation: string): boolean {
	return PROMISE_BY_OPERATION[operation] === 'once' || createsLesson(resource, operation);
}

/** Tells whether the operation is Lesson → Create, which books one lesson even when it is run twice. */
function createsLesson(resource: string, operation: string): boolean {
	return operation === 'create' && resource === 'lesson';
}

/**
 * Makes the case of an operation. Create or Update has no given record, because it searches for its record.
 */
function makeCase(resource: string, operation: string): OperationCase {
	const entity = findEntityOfResource(resource) as Entity;
	if (operation === 'upsert') {
		return {
			resource,
			operation,
			entity,
			arbitraryTarget: (records) => arbitraryUpsertTarget(entity, records),
			arbitraryForm: (records, target) => arbitraryUpsertForm(entity, records, target),
		};
	}
	return {
		resource,
		operation,
		entity,
		arbitraryTarget: (records) => arbitraryRecord(entity, operation, records),
		arbitraryForm: (records, target) => arbitraryFormOnRecord(entity, operation, records, target),
	};
}

/** Fills the form of an operation on a chosen record. */
function arbitraryFormOnRecord(
	entity: Entity,
	operation: string,
	records: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	if (createsLesson(entity.resource, operation)) return arbitraryLessonForm(entity, records, target);
	if (operation === 'delete') return fc.constant(startForm(entity, operation, records, target));

	const action = entity.actions?.find(({ name }) => name === operation);
	if (action !== undefined) return arbitraryActionForm(entity, action, records, target);
	return arbitraryUpdateForm(entity, records, target);
}

/** Chooses a record of the branch, mostly one for which the operation is meant. */
function arbitraryRecord(entity: Entity, operation: string, records: BranchRecords): fc.Arbitrary<Target> {
	const allRows = readRecordsOfBranch(records, entity.path);
	const isSuitable = LIMITS_BY_OPERATION[`${entity.resource}.${operation}`]?.isSuitable;
	const suitableRows = isSuitable ? allRows.filter((row) => isSuitable(row, records)) : allRows;
	const preferredRows = suitableRows.length > 0 ? suitableRows : allRows;
	const isAction = entity.actions?.some(({ name }) => name === operation) === true;
	const arbitraryRow = fc.oneof(
		{ weight: 5, arbitrary: arbitraryItem(preferredRows) },
		{ weight: 1, arbitrary: arbitraryItem(allRows) },
	);
	return fc.tuple(arbitraryRow, fc.boolean()).map(([row, isByPhone]) => {
		const phone = isAction ? findUniquePhone(row, records.rows(entity.path)) : undefined;
		if (isByPhone && phone !== undefined) return { row, parameters: { id: customerWithPhone(phone) } };

		const hasPicker = entity.listed?.search !== undefined;
		return { row, parameters: { id: hasPicker ? recordWithId(row.id) : String(row.id) } };
	});
}

/** Finds a phone of a customer that no other row has. */
function findUniquePhone(customer: Row, allRows: readonly Row[]): string | undefined {
	const otherRows = allRows.filter(({ id }) => id !== customer.id);
	const phonesOfOthers = otherRows.flatMap(({ phone }) => [phone].flat());
	const phones = [customer.phone].flat() as Array<string | undefined>;
	return phones.find((phone) => phone && !phonesOfOthers.includes(phone));
}

/**
 * Makes a form that names the record and, if the form asks for it, the record's parent. It has no other
 * values yet.
 */
function startForm(
	entity: Entity,
	operation: string,
	records: BranchRecords,
	{ row, parameters }: Target,
): FilledForm {
	const isUsualOperation = entity.operations.some((name) => name === operation);
	const parentParameters = isUsualOperation ? readParentParameters(entity, row) : {};
	return {
		parameters: {
			resource: entity.resource,
			operation,
			branchId: records.branch,
			...parameters,
			...parentParameters,
		} as INodeParameters,
		items: [{}],
	};
}

/** Reads the parameters that name the parent of a record, such as the customer of a subscription. */
function readParentParameters({ parentFields = [] }: Entity, row?: Row): IDataObject {
	const parameters: IDataObject = {};
	for (const { name, type } of parentFields) {
		const value = row?.[name] as Value;
		parameters[name] = type === 'record' ? recordWithId(value) : value;
	}
	return parameters;
}

/** Fills the form of Update with random values for some fields. */
function arbitraryUpdateForm(
	entity: Entity,
	records: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	const choices = fc.record({
		fields: arbitraryValues(entity.fields, records),
		customFields: arbitraryCustomFields(entity, records),
		listMode: fc.constantFrom('add', 'replace'),
		mode: arbitraryInputMode(entity),
		options: arbitraryOptions(entity.resource, 'update'),
	});
	return choices.map(({ fields, customFields, listMode, mode, options }) => {
		const form = startForm(entity, 'update', records, target);
		form.parameters.listMode = listMode;
		if (options !== undefined) {
			form.parameters.options = options as INodeParameters;
		}
		return fillForm(form, { mode, collection: 'updateFields', fields, customFields });
	});
}

/**
 * Fills the form of a new lesson. It chooses among three times, so that two lessons often have the same one.
 */
function arbitraryLessonForm(
	entity: Entity,
	records: BranchRecords,
	{ row }: Target,
): fc.Arbitrary<FilledForm> {
	const requiredNames = ['lesson_type_id', 'subject_id', 'customer_ids', 'teacher_ids', 'duration'];
	const otherFields = entity.fields.filter(
		({ name }) => !['lesson_date', 'time_from', 'time_to'].includes(name),
	);
	const times = fc.constantFrom(
		readTimeOfLesson(row),
		{ lesson_date: '2031-03-10', time_from: '17:00' },
		{ lesson_date: '10.03.2031', time_from: '17:05:00' },
	);
	return fc
		.tuple(arbitraryValues(otherFields, records, requiredNames, 3), times, fc.constantFrom('json', 'map'))
		.map(([values, time, mode]) => {
			const form = startForm(entity, 'create', records, { parameters: {} });
			const fields = { ...values, ...time };
			return fillForm(form, { mode, collection: 'additionalFields', fields, customFields: {} });
		});
}

/** Reads the day and the time of a lesson, such as "17:00" of "2026-03-10 17:00:00". */
function readTimeOfLesson(lesson?: Row): { lesson_date: string; time_from: string } {
	const [time = '17:00'] = /\d\d:\d\d/.exec(String(lesson?.time_from)) ?? [];
	return { lesson_date: String(lesson?.date), time_from: time };
}

/**
 * Fills the form of an action: its prominent fields, some optional ones, and the fields with limited values.
 */
function arbitraryActionForm(
	entity: Entity,
	action: Action,
	records: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	const fields = [...(action.query ?? []), ...(action.fields ?? [])];
	const limitedValues = findLimitedValues(entity, action, records, target);
	const freeFields = fields.filter(({ name }) => !(name in limitedValues));
	const prominentFields = freeFields.filter(isProminent);
	const otherFields = freeFields.filter((field) => !isProminent(field));
	const prominentNames = fields.filter(isProminent).map(({ name }) => name);

	const prominentValueByName: Record<string, fc.Arbitrary<Value>> = {};
	for (const field of prominentFields) {
		prominentValueByName[field.name] = arbitraryValue(field, records);
	}
	return fc
		.tuple(
			fc.record(prominentValueByName),
			arbitraryOptionalFields(otherFields, records),
			fc.record(limitedValues as Record<string, fc.Arbitrary<Value | undefined>>),
			fc.constantFrom('add', 'replace'),
		)
		.map(([prominentValues, otherValues, limited, listMode]) => {
			const { parameters, items } = startForm(entity, action.name, records, target);
			const prominentParameters: IDataObject = { ...prominentValues };
			const additionalFields: IDataObject = { ...otherValues };
			for (const [name, value] of Object.entries(limited)) {
				if (value === undefined) continue;

				const place = prominentNames.includes(name) ? prominentParameters : additionalFields;
				place[name] = value;
			}
			const filledParameters = { ...parameters, ...prominentParameters, listMode, additionalFields };
			return { parameters: filledParameters as INodeParameters, items };
		});
}

/** Finds the generators of the fields that make sense only with certain values for the record. */
function findLimitedValues(
	entity: Entity,
	action: Action,
	records: BranchRecords,
	{ row }: Target,
): ParameterValues {
	const limits = LIMITS_BY_OPERATION[`${entity.resource}.${action.name}`] as OperationLimits | undefined;
	return limits?.parameters?.(records, row as Row) ?? {};
}

/** Tells whether a field of an action has a parameter of its own. */
function isProminent({ required, prominent }: Field): boolean {
	return required === true || prominent === true;
}

/** Chooses some optional fields with their values, or none. */
function arbitraryOptionalFields(
	fields: readonly Field[],
	records: BranchRecords,
): fc.Arbitrary<IDataObject> {
	const none = fc.constant<IDataObject>({});
	return fields.length === 0 ? none : fc.oneof(none, arbitraryValues(fields, records, [], 3));
}
