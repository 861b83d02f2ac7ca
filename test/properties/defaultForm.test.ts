import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { CUSTOMER_TYPE, LESSON_STATUS } from '../support/codes';
import { resourcesAndOperations, findShownParameters } from '../support/form';
import { callInProcess } from '../engine/support/inProcess';
import { frontDeskOf } from '../engine/support/frontDesk';
import { OPEN_END } from '../engine/support/forms';
import { useSchool } from '../engine/support/school';

/**
 * A newcomer opens the form, fills in the parameters with a red star, picks the first offer of each list, and runs the
 * node. Each operation must succeed with that.
 */
callInProcess();

const school = useSchool({ customers: 40, settings: { pageSize: 500 } });
const { readRecords, changeRecord, runToEnd } = frontDeskOf(school);

const NUMBER = 100;
const TIME = '17:00';
const FIRST_DAY = '2031-09-01';
const LAST_DAY = '2031-09-30';
const TEXT = 'Проба';
const TEXT_BY_NAME: Record<string, string> = {
	callPath: 'lead-status',
	callAction: 'index',
	email: 'proba@example.org',
};

/** The placeholder of a text in which the user writes a time. */
const TIME_PLACEHOLDER = /^e\.g\. \d\d:\d\d$/;
/** The name of a date at which something ends. */
const LAST_DAY_NAME = /^(e_|date2|date_to)/;

const CUSTOMER_ONE = { __rl: true, mode: 'list', value: 1 };

/**
 * The values that an operation needs although no red star says so: a switch, or at least one of several fields. A notice
 * or a description of the form says so.
 */
const VALUES_WITHOUT_STAR: Record<string, (id: number) => INodeParameters> = {
	'account.tryWrites': () => ({ writeTestLead: true }),
	'task.create': () => ({ title: 'Перезвонить' }),
	// A subject without lessons does not show which teachers teach it.
	'lesson.book': () => ({ customer_ids: CUSTOMER_ONE, teacher_ids: [1] }),
	'lesson.create': () => ({ customer_ids: CUSTOMER_ONE }),
	'pay.createCorrection': () => ({ customer_id: CUSTOMER_ONE }),
	'customer.createTask': () => ({ title: 'Перезвонить' }),
	'lesson.complete': (id) => ({ present_ids: String(readFirstCustomer(id)) }),
};

/** Reads the ID of the first customer of a lesson. */
function readFirstCustomer(lesson: number): number {
	const [customer] = findRecord('lesson', lesson).customer_ids as number[];
	return customer;
}

function findRecord(path: string, id: number): IDataObject {
	return readRecords(path).find((record) => record.id === id) as IDataObject;
}

// ---------------------------------------------------------------- the form

/** Fills in the form of an operation as a newcomer does: the parameters with a red star, from top to bottom. */
async function fillForm(resource: string, operation: string): Promise<INodeParameters> {
	let form: INodeParameters = { resource, operation };
	// A value may show further parameters after it.
	for (let index = 0; index < findShownParameters(form).length; index++) {
		const parameter = findShownParameters(form)[index];
		if (parameter.name in form) continue;

		const value = await chooseValue(parameter, form);
		if (value !== undefined) {
			form = { ...form, [parameter.name]: value };
		}
	}

	const recordId = Number((form.id as IDataObject | undefined)?.value);
	const makeValuesWithoutStar = VALUES_WITHOUT_STAR[`${resource}.${operation}`];
	return { ...makeValuesWithoutStar?.(recordId), ...form };
}

/** Chooses the value of a parameter. A parameter without a red star stays as it is. */
async function chooseValue(
	parameter: INodeProperties,
	form: INodeParameters,
): Promise<INodeParameters[string] | undefined> {
	const { name, required } = parameter;
	const { resource, operation } = form;
	if (name === 'updateFields' && operation === 'update') return fillOneField(parameter);
	if (required !== true) return undefined;
	if (operation === 'find' || operation === 'upsert') return readKeyOfRecord(String(resource), name);
	return await chooseFirstOffer(parameter, form);
}

/** Fills in a text of an update or, if it has none, the last day. */
function fillOneField({ options = [] }: INodeProperties): INodeParameters {
	const fields = options as INodeProperties[];
	const text = fields.find(isPlainText);
	if (text !== undefined) return { [text.name]: TEXT };

	const lastDay = fields.find(({ type, name }) => type === 'dateTime' && name.startsWith('e_'));
	return { [String(lastDay?.name)]: LAST_DAY };
}

/** Tells whether a field takes any text: not a list, an ID or a time. */
function isPlainText({ type, name, typeOptions, placeholder = '' }: INodeProperties): boolean {
	const isList = typeOptions?.multipleValues === true;
	const isId = /_ids?$/.test(name);
	return type === 'string' && !isList && !isId && !TIME_PLACEHOLDER.test(placeholder);
}

/** Chooses the first offer of a list. A parameter without a list gets a value of its type. */
async function chooseFirstOffer(
	parameter: INodeProperties,
	form: INodeParameters,
): Promise<INodeParameters[string]> {
	const { name, type, placeholder = '' } = parameter;
	if (type === 'resourceLocator') return await pickFirstRecord(parameter, form);
	if (type === 'options') return await readFirstOption(parameter, form);
	if (type === 'multiOptions') return [await readFirstOption(parameter, form)];
	if (type === 'number') return NUMBER;
	if (type === 'dateTime') return LAST_DAY_NAME.test(name) ? LAST_DAY : FIRST_DAY;
	if (TIME_PLACEHOLDER.test(placeholder)) return TIME;
	if (name === 'id') return findIdInForm(form);
	if (name.endsWith('_id')) return '1';
	return TEXT_BY_NAME[name] ?? TEXT;
}

/** Picks the first record that a picker offers. */
async function pickFirstRecord(
	{ name, modes = [] }: INodeProperties,
	form: INodeParameters,
): Promise<INodeParameters> {
	const method = String(modes[0].typeOptions?.searchListMethod);
	const { results } = await school.engine.searchPicker(method, form, chooseSearchText(form, name));
	const [firstResult = { value: '', name: '' }] = results;
	return {
		__rl: true,
		mode: 'list',
		value: firstResult.value as number,
		cachedResultName: firstResult.name,
	};
}

async function readFirstOption(
	{ typeOptions, options = [] }: INodeProperties,
	form: INodeParameters,
): Promise<string> {
	const method = typeOptions?.loadOptionsMethod;
	const offers = method ? await school.engine.loadOptions(method, form) : options;
	const [firstOffer] = offers as Array<{ value: string }>;
	return firstOffer.value;
}

/** Finds the ID of a record. If the form names the record's owner already, finds a record of that owner. */
function findIdInForm({ resource, related_id: owner }: INodeParameters): string {
	const records = readRecords(entityOf(String(resource)).path);
	const record = records.find(
		({ related_id }) => owner === undefined || related_id === (owner as IDataObject).value,
	);
	return String(record?.id);
}

// ---------------------------------------------------------------- records that fit an operation

/** A list whose records have an owner, and the field that names the owner. */
interface OwnedList {
	path: string;
	ownerPath: string;
	ownerField: string;
}

/** The pickers of owners. The operation is about the owner's records, so the owner must have some. */
const OWNED_LIST_BY_PICKER: Record<string, OwnedList | undefined> = {
	'customerTariff.customer_id': {
		path: 'customer-tariff',
		ownerPath: 'customer',
		ownerField: 'customer_id',
	},
	'communication.related_id': {
		path: 'communication',
		ownerPath: 'customer',
		ownerField: 'related_id',
	},
};

type RecordTest = (record: IDataObject) => boolean;

/** Tests that find the records with which an operation can work, for the operations that cannot work with any record. */
const IS_RECORD_FOR_OPERATION: Record<string, RecordTest | undefined> = {
	'customer.unarchive': ({ e_date }) => e_date !== OPEN_END,
	'customer.reject': ({ is_study }) => is_study === CUSTOMER_TYPE.lead,
	'lesson.complete': ({ status, customer_ids }) =>
		status === LESSON_STATUS.planned && (customer_ids as number[]).length > 0,
};

/** Chooses the text that the newcomer types into a picker. It finds a record that the operation can work with. */
function chooseSearchText({ resource, operation }: INodeParameters, pickerName: string): string {
	const ownedList = OWNED_LIST_BY_PICKER[`${String(resource)}.${pickerName}`];
	if (ownedList !== undefined && operation !== 'create') return findNameOfOwner(ownedList);

	const isRecordForOperation = IS_RECORD_FOR_OPERATION[`${String(resource)}.${String(operation)}`];
	if (pickerName !== 'id' || isRecordForOperation === undefined) return '';

	const records = readRecords(entityOf(String(resource)).path);
	const { id, name } = records.find(isRecordForOperation) as IDataObject;
	return String(name ?? id);
}

/** Finds the name of a customer who owns a record of the list. */
function findNameOfOwner({ path, ownerPath, ownerField }: OwnedList): string {
	const ownedRecord = readRecords(path).find(
		(record) => record.class === undefined || record.class === 'Customer',
	);
	return String(findRecord(ownerPath, ownedRecord?.[ownerField] as number).name);
}

/** Reads the first value of a field of a match key that a record has, such as a phone. */
function readKeyOfRecord(resource: string, field: string): INodeParameters[string] {
	const values = readRecords(entityOf(resource).path).map((record) => [record[field]].flat()[0]);
	const firstValue = values.find((value) => value !== undefined && value !== null && value !== '');
	return firstValue as string;
}

// ---------------------------------------------------------------- the test

/** Leaves one branch, to which all people and groups belong. */
function leaveOnlyBranchOne(): void {
	const [firstBranch, ...otherBranches] = readRecords('branch');
	expect(firstBranch.id).toBe(1);
	for (const { id } of otherBranches) {
		school.sandbox.store.remove('branch', id as number);
	}
	for (const path of ['customer', 'group', 'teacher']) {
		moveRecordsToBranchOne(path);
	}
}

function moveRecordsToBranchOne(path: string): void {
	for (const { id, branch_ids } of readRecords(path)) {
		if ((branch_ids as number[]).includes(1)) continue;
		changeRecord(path, id, { branch_ids: [1] });
	}
}

/** Gives every customer a bonus, so that some of it can be spent. */
function giveEveryCustomerBonus(): void {
	for (const { id } of readRecords('customer')) {
		changeRecord('customer', id, { balance_bonus: 1_000 });
	}
}

beforeEach(() => {
	leaveOnlyBranchOne();
	giveEveryCustomerBonus();
});

it.each(resourcesAndOperations)(
	'%s %s succeeds when a newcomer fills in only the required parameters',
	async (resource, operation) => {
		const form = await fillForm(resource, operation);

		const { error } = await runToEnd(form);

		// The form is compared as well, so that a failure shows it.
		expect([form, error?.message, error?.description]).toEqual([form, undefined, undefined]);
	},
);
