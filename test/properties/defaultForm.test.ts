import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { resourcesAndOperations, findShownParameters } from '../support/form';
import { callInProcess } from '../engine/support/inProcess';
import { frontDeskOf } from '../engine/support/frontDesk';
import { useSchool } from '../engine/support/school';

/**
 * What a newcomer does: opens the form, fills what has a red star, picks the first thing that each list offers, and runs
 * it. The form has to be such that this works.
 */
callInProcess();

const school = useSchool({ customers: 40, settings: { pageSize: 500 } });
const { readRecords, changeRecord, runToEnd } = frontDeskOf(school);

const NUMBER = 100;
const TIME = '17:00';
const IS_TIME = /^e\.g\. \d\d:\d\d$/;
const DAYS = ['2031-09-01', '2031-09-30'];
const WORDS: Record<string, string> = {
	callPath: 'lead-status',
	callAction: 'index',
	name: 'Проба',
	email: 'proba@example.org',
};

/** What no star can say: a switch, or at least one of several fields, which a notice or the description of them tells. */
const ONE_OF: Record<string, (id: number) => IDataObject> = {
	'account.tryWrites': () => ({ writeTestLead: true }),
	'task.create': () => ({ title: 'Перезвонить' }),
	// Not every subject has had lessons, by which a teacher of it is known.
	'lesson.book': () => ({ customer_ids: { __rl: true, mode: 'list', value: 1 }, teacher_ids: [1] }),
	'lesson.create': () => ({ customer_ids: { __rl: true, mode: 'list', value: 1 } }),
	'pay.createCorrection': () => ({ customer_id: { __rl: true, mode: 'list', value: 1 } }),
	'customer.createTask': () => ({ title: 'Перезвонить' }),
	'lesson.complete': (id) => ({ present_ids: String((row('lesson', id).customer_ids as number[])[0]) }),
};
const row = (path: string, id: number) => readRecords(path).find((one) => one.id === id) as IDataObject;

/** An update is of some field. */
function someField({ options = [] }: INodeProperties): IDataObject {
	const field = (options as INodeProperties[]).find(
		({ type, name, typeOptions, placeholder = '' }) =>
			type === 'string' && !typeOptions?.multipleValues && !/_ids?$/.test(name) && !IS_TIME.test(placeholder),
	);
	const day = (options as INodeProperties[]).find(
		({ type, name }) => type === 'dateTime' && /^e_/.test(name),
	);
	return field ? { [field.name]: 'Проба' } : { [String(day?.name)]: DAYS[1] };
}

async function firstIn(property: INodeProperties, form: INodeParameters): Promise<INodeParameters[string]> {
	const { name, type, typeOptions, modes = [], options = [], placeholder = '' } = property;
	if (type === 'resourceLocator') {
		const { results } = await school.engine.searchPicker(
			String(modes[0].typeOptions?.searchListMethod),
			form,
			search(form, name),
		);
		const [{ value, name: cachedResultName } = { value: '', name: '' }] = results;
		return { __rl: true, mode: 'list', value: value as number, cachedResultName };
	}
	if (type === 'options' || type === 'multiOptions') {
		const method = typeOptions?.loadOptionsMethod;
		const offers = method ? await school.engine.loadOptions(method, form) : options;
		const value = (offers[0] as { value: string }).value;
		return type === 'options' ? value : [value];
	}
	if (type === 'number') return NUMBER;
	if (type === 'dateTime') return DAYS[/^(e_|date2|date_to)/.test(name) ? 1 : 0];
	if (IS_TIME.test(placeholder)) return TIME;
	if (name === 'id')
		return String(readRecords(entityOf(String(form.resource)).path).find((one) => isOf(one, form))?.id);
	if (name.endsWith('_id')) return '1';
	return WORDS[name] ?? 'Проба';
}

/** Whether a record is one of the record that is chosen already. */
const isOf = ({ related_id }: IDataObject, form: INodeParameters): boolean =>
	form.related_id === undefined || related_id === (form.related_id as IDataObject).value;

/** What somebody types into a list to find a record that the operation is meant for. */
function search({ resource, operation }: INodeParameters, name: string): string {
	const holder = PARENTS[`${String(resource)}.${name}`];
	if (holder !== undefined && operation !== 'create') return nameOf(holder);
	if (name !== 'id') return '';
	const fit: Record<string, (row: IDataObject) => boolean> = {
		'customer.unarchive': ({ e_date }) => e_date !== '2030-12-31',
		'customer.reject': ({ is_study }) => is_study === 0,
		'lesson.complete': ({ status, customer_ids }) => status === 1 && (customer_ids as number[]).length > 0,
	};
	const wanted = fit[`${String(resource)}.${String(operation)}`];
	if (wanted === undefined) return '';
	const { id, name: title } = readRecords(entityOf(String(resource)).path).find(wanted) as IDataObject;
	return String(title ?? id);
}

/** Records whose own ones are asked for, so they must have some: in which list, and by which field. */
const PARENTS: Record<string, [child: string, parent: string, field: string]> = {
	'customerTariff.customer_id': ['customer-tariff', 'customer', 'customer_id'],
	'communication.related_id': ['communication', 'customer', 'related_id'],
};
const nameOf = ([child, parent, field]: [string, string, string]): string => {
	const of = readRecords(child).find((one) => one.class === undefined || one.class === 'Customer');
	return String(row(parent, of?.[field] as number).name);
};

/** The key by which a record is found is that of a record that there is. */
function keyOf(resource: string, name: string): INodeParameters[string] {
	const held = readRecords(entityOf(resource).path)
		.map((one) => [one[name]].flat()[0])
		.find((value) => value !== undefined && value !== null && value !== '');
	return held as string;
}

beforeEach(() => {
	const [first, ...others] = readRecords('branch');
	expect(first.id).toBe(1);
	for (const { id } of others) school.sandbox.store.remove('branch', id as number);
	for (const path of ['customer', 'group', 'teacher'])
		for (const { id, branch_ids } of readRecords(path))
			if (!(branch_ids as number[]).includes(1)) changeRecord(path, id, { branch_ids: [1] });
	for (const { id } of readRecords('customer')) changeRecord('customer', id, { balance_bonus: 1_000 });
});

it.each(resourcesAndOperations)(
	'%s %s: what the form begins with and requires can be run',
	async (resource, operation) => {
		let form: INodeParameters = { resource, operation };
		const isMatched = ['find', 'upsert'].includes(operation);
		for (let index = 0; index < findShownParameters(form).length; index++) {
			const property = findShownParameters(form)[index];
			const { name, required } = property;
			if (name in form) continue;
			if (name === 'updateFields' && operation === 'update')
				form = { ...form, updateFields: someField(property) as INodeParameters };
			else if (required !== true) continue;
			else if (isMatched) form = { ...form, [name]: keyOf(resource, name) };
			else form = { ...form, [name]: await firstIn(property, form) };
		}
		const oneOf = ONE_OF[`${resource}.${operation}`]?.(Number((form.id as IDataObject | undefined)?.value));
		form = { ...(oneOf as INodeParameters), ...form };
		const { error } = await runToEnd(form);
		expect([form, error?.message, error?.description]).toEqual([form, undefined, undefined]);
	},
);
