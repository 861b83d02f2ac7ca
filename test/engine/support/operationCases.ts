import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Field } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity, OperationName } from '../../../nodes/AlfaCrm/entities/types';
import type { Row } from '../../../sandbox';
import { searchesBeforeSaving, onlyReads } from '../../support/actionKinds';
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
import { oneItemOf, picked, readRecordsOfBranch, arbitraryValue, arbitraryValues } from './arbitraryValues';

/** An operation that may be run again without doing its work twice, with its generators. */
export interface OperationCase {
	resource: string;
	operation: string;
	entity: Entity;
	arbitraryTarget: (world: BranchRecords) => fc.Arbitrary<Target>;
	arbitraryForm: (world: BranchRecords, target: Target) => fc.Arbitrary<FilledForm>;
}

// ---------------------------------------------------------------- what each operation promises

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
	// Makes a new record each time. (A lesson is an exception, see `createsLesson`.)
	create: 'each time',
	// Creates a lead and removes it again.
	tryWrites: 'each time',
	// Sends whatever call the user writes.
	send: 'each time',
};

function promiseOfAction({ kind }: Action): RunAgain {
	if (onlyReads(kind)) return 'reads';
	// AlfaCRM has no list of bonuses, so an earlier run cannot be found.
	return searchesBeforeSaving(kind) ? 'once' : 'each time';
}

/** The promise that each operation makes for a second run. */
export const PROMISE_BY_OPERATION: Record<string, RunAgain> = {
	...PROMISE_BY_USUAL_OPERATION,
	...Object.fromEntries(
		entities.flatMap(({ actions = [] }) => actions.map((action) => [action.name, promiseOfAction(action)])),
	),
};

// ---------------------------------------------------------------- what makes sense for each

type ParameterValues = Record<string, fc.Arbitrary<Value | undefined>>;

/** Limits what is generated for an operation to what makes sense. */
interface Special {
	/** Tells whether the operation is meant for the record. */
	isSuitable?: (row: Row, world: BranchRecords) => boolean;
	/** Parameters that depend on the record; undefined leaves one out. */
	parameters?: (world: BranchRecords, row: Row) => ParameterValues;
}

const isLead = (row: Row) => row.is_study === 0 && row.e_date === '2030-12-31';
const readMembers = (row: Row): number[] =>
	Array.isArray(row.customer_ids) ? row.customer_ids.map(Number) : [];
/** Takes planned lessons with members, and some that are already completed. */
const isLesson = (row: Row) => readMembers(row).length > 0 && (row.status === 1 || row.id % 5 === 0);
const readGroupsOf = ({ rows }: BranchRecords, { id }: Row): number[] =>
	rows('cgi').flatMap((row) => (row.customer_id === id ? [Number(row.group_id)] : []));

/** Makes a row of the attendance, as the form has it. */
const arbitraryAttendanceRow = (customer_id: number): fc.Arbitrary<IDataObject> =>
	fc.record(
		{
			customer_id: fc.constant(customer_id),
			is_attend: fc.boolean(),
			grade: fc.constantFrom('5', '4'),
			bonus: fc.integer({ min: 1, max: 9 }),
			note: fc.constantFrom('Молодец', 'Опоздал'),
		},
		{ requiredKeys: ['customer_id', 'is_attend'] },
	);

const arbitraryAttendance = (customers: readonly number[]): fc.Arbitrary<IDataObject> =>
	fc.tuple(...customers.map(arbitraryAttendanceRow)).map((values) => ({ values }));

/** Chooses a subscription of the customer, since that of another customer is refused. */
function arbitrarySubscription({ rows }: BranchRecords, customer: number): ParameterValues {
	const subscriptions = rows('customer-tariff').filter((row) => row.customer_id === customer);
	const subscriptionIds = subscriptions.map(({ id }) => id);
	return { ctt_id: fc.constantFrom(undefined, ...subscriptionIds) };
}

/** Chooses where a payment keeps its external ID: in the note, or in a custom field. */
const externalIdField = fc.constantFrom(undefined, 'custom_md_order');

const SPECIAL: Record<string, Special> = {
	'customer.convertToClient': { isSuitable: isLead },
	'customer.reject': { isSuitable: isLead },
	'customer.archive': { isSuitable: (row) => row.e_date === '2030-12-31' },
	'customer.unarchive': { isSuitable: (row) => row.e_date !== '2030-12-31' },
	'group.archive': { isSuitable: (row) => row.removed !== 1 },
	'group.unarchive': { isSuitable: (row) => row.removed === 1 },
	'customer.removeFromGroup': {
		isSuitable: (row, world) => readGroupsOf(world, row).length > 0,
		parameters: (world, row): ParameterValues => {
			const groups = readGroupsOf(world, row);
			return groups.length > 0 ? { group_id: oneItemOf(groups).map(picked) } : {};
		},
	},
	'customer.takePayment': {
		parameters: (world, { id }): ParameterValues => ({
			...arbitrarySubscription(world, id),
			externalId: fc.constantFrom(undefined, 'inv-1', 'inv-10'),
			externalIdField: fc.constant(undefined),
		}),
	},
	// Without an external ID each run makes another payment.
	'pay.createCorrection': {
		parameters: (): ParameterValues => ({ externalId: fc.constantFrom('inv-1', 'inv-10'), externalIdField }),
	},
	// Teachers work on Mondays, Wednesdays and Fridays from 10:00.
	'lesson.book': {
		parameters: ({ rows }): ParameterValues => ({
			customer_ids: oneItemOf(rows('customer')).map(({ id }) => picked(id)),
			group_ids: fc.constant(undefined),
			lesson_type_id: fc.constantFrom(1, 3).map(picked),
			teacher_ids: fc.constantFrom([1], [1, 3], []),
			when: fc.constantFrom('time', 'firstFree'),
			lesson_date: fc.constantFrom('2031-03-10', '12.03.2031'),
			time_from: fc.constantFrom('10:00', '10:30', '16:00:00'),
			date_to: fc.constantFrom('2031-03-12', '2031-04-14'),
			// The last stage, so that a repeated run does not move a lead back.
			lead_status_id: fc.constantFrom(undefined, findLastStage(rows)),
		}),
	},
	'lesson.complete': {
		isSuitable: isLesson,
		parameters: (_world, row) => {
			const customers = readMembers(row);
			const [first] = customers;
			return {
				present_ids: fc.constant(customers.filter((id) => id % 2 === 0)),
				absent_ids: fc.constant(customers.filter((id) => id % 2 === 1 && id !== first).join(', ')),
				details: first % 2 === 1 ? arbitraryAttendance([first]) : fc.constant(undefined),
				branch_id: fc.constant(undefined),
			};
		},
	},
};

function findLastStage(rows: BranchRecords['rows']): Value {
	const stages = [...rows('lead-status')].sort((one, other) => Number(other.weight) - Number(one.weight));
	return picked(Number(stages[0].id));
}

// ---------------------------------------------------------------- the cases

/**
 * Tells whether the operation is Lesson → Create, which books one lesson even when it is run twice.
 */
const createsLesson = (resource: string, operation: string) =>
	operation === 'create' && resource === 'lesson';

export const operationCases: readonly OperationCase[] = resourcesAndOperations
	.filter(
		([resource, operation]) =>
			PROMISE_BY_OPERATION[operation] === 'once' || createsLesson(resource, operation),
	)
	.map(([resource, operation]) => {
		const entity = findEntityOfResource(resource) as Entity;
		const action = entity.actions?.find(({ name }) => name === operation);
		const common = { resource, operation, entity };
		if (operation === 'upsert') {
			return {
				...common,
				arbitraryTarget: (world: BranchRecords) => arbitraryUpsertTarget(entity, world),
				arbitraryForm: (world: BranchRecords, target: Target) => arbitraryUpsertForm(entity, world, target),
			};
		}
		return {
			...common,
			arbitraryTarget: (world: BranchRecords) => arbitraryRecord(entity, operation, world),
			arbitraryForm: (world: BranchRecords, target: Target) => {
				if (createsLesson(resource, operation)) return arbitraryLessonForm(entity, world, target);
				if (operation === 'delete') return fc.constant(startForm(entity, operation, world, target));
				if (action) return arbitraryActionForm(entity, action, world, target);
				return arbitraryUpdateForm(entity, world, target);
			},
		};
	});

/** Chooses a record of the branch, mostly one for which the operation is meant. */
function arbitraryRecord(entity: Entity, operation: string, world: BranchRecords): fc.Arbitrary<Target> {
	const allRows = readRecordsOfBranch(world, entity.path);
	const isSuitable = SPECIAL[`${entity.resource}.${operation}`]?.isSuitable;
	const suitableRows = isSuitable ? allRows.filter((row) => isSuitable(row, world)) : allRows;
	const preferredRows = suitableRows.length > 0 ? suitableRows : allRows;
	const isAction = entity.actions?.some(({ name }) => name === operation) === true;
	return fc
		.tuple(
			fc.oneof(
				{ weight: 5, arbitrary: oneItemOf(preferredRows) },
				{ weight: 1, arbitrary: oneItemOf(allRows) },
			),
			fc.boolean(),
		)
		.map(([row, isByPhone]) => {
			const phone = isAction ? findUniquePhone(row, world.rows(entity.path)) : undefined;
			if (isByPhone && phone !== undefined) {
				return { row, parameters: { id: { __rl: true, mode: 'phone', value: phone } } };
			}
			return { row, parameters: { id: entity.listed?.search ? picked(row.id) : String(row.id) } };
		});
}

/** Finds a phone of a customer that no other row has. */
function findUniquePhone(customer: Row, allRows: readonly Row[]): string | undefined {
	const otherRows = allRows.filter(({ id }) => id !== customer.id);
	const phonesOfOthers = otherRows.flatMap(({ phone }) => [phone].flat());
	const phones = [customer.phone].flat() as Array<string | undefined>;
	return phones.find((phone) => phone && !phonesOfOthers.includes(phone));
}

function startForm(
	entity: Entity,
	operation: string,
	world: BranchRecords,
	{ row, parameters }: Target,
): FilledForm {
	const keys = entity.operations.some((one) => one === operation) ? (entity.parentFields ?? []) : [];
	const where = keys.map((key) => [
		key.name,
		key.type === 'record' ? picked(row?.[key.name]) : row?.[key.name],
	]);
	return {
		parameters: {
			resource: entity.resource,
			operation,
			branchId: world.branch,
			...parameters,
			...Object.fromEntries(where),
		} as INodeParameters,
		items: [{}],
	};
}

function arbitraryUpdateForm(entity: Entity, world: BranchRecords, target: Target): fc.Arbitrary<FilledForm> {
	const options = arbitraryOptions(entity.resource, 'update');
	return fc
		.tuple(
			arbitraryValues(entity.fields, world),
			arbitraryCustomFields(entity, world),
			fc.constantFrom('add', 'replace'),
			arbitraryInputMode(entity),
			options,
		)
		.map(([fields, customFields, listMode, mode, chosenOptions]) => {
			const form = startForm(entity, 'update', world, target);
			form.parameters.listMode = listMode;
			if (chosenOptions !== undefined) {
				form.parameters.options = chosenOptions as INodeParameters;
			}
			return fillForm(form, { mode, collection: 'updateFields', fields, customFields });
		});
}

/** Fills the form of a lesson. Its time is one of few, so that lessons often want the same one. */
function arbitraryLessonForm(
	entity: Entity,
	world: BranchRecords,
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
		.tuple(arbitraryValues(otherFields, world, requiredNames, 3), times, fc.constantFrom('json', 'map'))
		.map(([values, time, mode]) => {
			const form = startForm(entity, 'create', world, { parameters: {} });
			const fields = { ...values, ...time };
			return fillForm(form, { mode, collection: 'additionalFields', fields, customFields: {} });
		});
}

/** Reads the day and the time of a lesson, such as "17:00" of "2026-03-10 17:00:00". */
function readTimeOfLesson(lesson?: Row): { lesson_date: string; time_from: string } {
	const [time = '17:00'] = /\d\d:\d\d/.exec(String(lesson?.time_from)) ?? [];
	return { lesson_date: String(lesson?.date), time_from: time };
}

/** Fills the form of an action: its prominent fields, some of the others, and the values that `SPECIAL` limits. */
function arbitraryActionForm(
	entity: Entity,
	action: Action,
	world: BranchRecords,
	target: Target,
): fc.Arbitrary<FilledForm> {
	const fields = [...(action.query ?? []), ...(action.fields ?? [])];
	const limitedValues = findLimitedValues(entity, action, world, target);
	const freeFields = fields.filter(({ name }) => !(name in limitedValues));
	const prominentFields = freeFields.filter(isProminent);
	const otherFields = freeFields.filter((field) => !isProminent(field));
	const prominentNames = fields.filter(isProminent).map(({ name }) => name);

	const prominentValueByName: Record<string, fc.Arbitrary<Value>> = {};
	for (const field of prominentFields) {
		prominentValueByName[field.name] = arbitraryValue(field, world);
	}
	return fc
		.tuple(
			fc.record(prominentValueByName),
			arbitraryOptionalFields(otherFields, world),
			fc.record(limitedValues as Record<string, fc.Arbitrary<Value | undefined>>),
			fc.constantFrom('add', 'replace'),
		)
		.map(([prominentValues, otherValues, limited, listMode]) => {
			const form = startForm(entity, action.name, world, target);
			const additionalFields: IDataObject = { ...otherValues };
			const parameters: IDataObject = { ...prominentValues };
			for (const [name, value] of Object.entries(limited)) {
				if (value === undefined) continue;

				const place = prominentNames.includes(name) ? parameters : additionalFields;
				place[name] = value;
			}
			const allParameters = { ...form.parameters, ...parameters, listMode, additionalFields };
			return { parameters: allParameters as INodeParameters, items: form.items };
		});
}

/** Finds the generators of the fields that make sense only with certain values for the record. */
function findLimitedValues(
	entity: Entity,
	action: Action,
	world: BranchRecords,
	{ row }: Target,
): ParameterValues {
	const special = SPECIAL[`${entity.resource}.${action.name}`];
	return special?.parameters?.(world, row as Row) ?? {};
}

/** Tells whether a field of an action has a parameter of its own. */
function isProminent({ required, prominent }: Field): boolean {
	return required === true || prominent === true;
}

/** Chooses some optional fields with their values, or none. */
function arbitraryOptionalFields(fields: readonly Field[], world: BranchRecords): fc.Arbitrary<IDataObject> {
	const none = fc.constant<IDataObject>({});
	return fields.length === 0 ? none : fc.oneof(none, arbitraryValues(fields, world, [], 3));
}
