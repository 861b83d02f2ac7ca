import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { nodeProperties } from '../../nodes/AlfaCrm/operations/form';
import { CUSTOMER_TYPE, RECORD_STATUS } from '../support/codes';
import { listChoices, description, findEntityOfResource, formParameters } from '../support/form';
import {
	formsInEachInputMode,
	isAboutOneRecord,
	needsBranch,
	OperationForm,
	operationForms,
	returnsList,
	returnsWideRecords,
	savesRecord,
	splitForms,
	takesCustomFields,
} from './operationForms';
import { findParameterClashes } from './parameterClashes';
import { areUnique } from './wordingRules';

/** Lists names in one order, so that two lists can be compared. */
function namesOf(named: ReadonlyArray<{ name: string }>): string[] {
	return named.map(({ name }) => name).sort();
}

/** Lists the values that a dropdown offers, in one order. */
function sortedValuesOf(dropdown: INodeProperties): unknown[] {
	return listChoices(dropdown)
		.map(({ value }) => value)
		.sort();
}

describe('The form of an operation', () => {
	/** The parts of a form, in their order. Each of the last three is one parameter. */
	const PARTS = ['parameter', 'collection', 'simplify', 'options', 'timeZoneNotice'];

	const COLLECTIONS = [
		{ name: 'additionalFields', displayName: 'Additional Fields' },
		{ name: 'updateFields', displayName: 'Update Fields' },
		{ name: 'filters', displayName: 'Filters' },
		{ name: 'options', displayName: 'Options' },
		{ name: 'fieldsToSet', displayName: 'Fields' },
	];

	function positionOfPart({ name, type }: INodeProperties): number {
		if (PARTS.includes(name)) return PARTS.indexOf(name);
		return PARTS.indexOf(type === 'collection' ? 'collection' : 'parameter');
	}

	it.each(formsInEachInputMode)('the form of $name begins with Resource and Operation', (form) => {
		const [firstName, secondName] = form.parameterNames;

		expect(firstName).toBe('resource');
		expect(secondName).toBe('operation');
	});

	it.each(formsInEachInputMode)('the form of $name asks for more than Resource and Operation', (form) => {
		expect(form.parameters.length).toBeGreaterThan(2);
	});

	it.each(formsInEachInputMode)('the form of $name has no two parameters with the same name', (form) => {
		expect(areUnique(form.parameterNames)).toBe(true);
	});

	it.each(formsInEachInputMode)('the form of $name has no two parameters with the same label', (form) => {
		expect(areUnique(form.parameters.map(({ displayName }) => displayName))).toBe(true);
	});

	it.each(formsInEachInputMode)(
		'the form of $name shows its parameters before its collections, then Simplify, Options and the time zone',
		(form) => {
			const positions = form.parameters.map(positionOfPart);

			expect(positions).toEqual([...positions].sort());
		},
	);

	it.each(formsInEachInputMode)(
		'the form of $name has no collections but those that n8n’s own nodes have',
		(form) => {
			const collections = form.parameters
				.filter(({ type }) => type === 'collection')
				.map(({ name, displayName }) => ({ name, displayName }));

			expect(COLLECTIONS).toEqual(expect.arrayContaining(collections));
		},
	);

	const formsWithoutUpdate = operationForms.filter(({ operation }) => operation !== 'update');

	it.each(formsWithoutUpdate)('the form of $name has no Update Fields', (form) => {
		expect(form.findParameter('updateFields')).toBeUndefined();
	});

	const formsWithoutAddition = operationForms.filter(
		({ operation, action }) => operation !== 'create' && action === undefined,
	);

	it.each(formsWithoutAddition)('the form of $name has no Additional Fields', (form) => {
		expect(form.findParameter('additionalFields')).toBeUndefined();
	});

	it('no form shows two parameters with the same name, whatever is chosen', () => {
		expect(findParameterClashes(description.properties)).toEqual([]);
	});
});

describe('The time zone notice', () => {
	/** These operations compare with the clock, or begin with today if the form gives no day. */
	const OPERATIONS_WITH_CLOCK = [
		'account.dailyCheck',
		'customer.addComment',
		'customer.addToGroup',
		'customer.createTask',
		'customer.getCalendar',
		'customer.getOverview',
		'customer.removeFromGroup',
		'customer.sellSubscription',
		'customer.takePayment',
		'lesson.book',
		'lesson.getParticipants',
		'teacher.getFreeSlots',
	];
	const { matching: formsWithClock, others: formsWithoutClock } = splitForms(
		formsInEachInputMode,
		({ name }) => OPERATIONS_WITH_CLOCK.includes(name),
	);

	it.each(formsWithClock)('the form of $name says which time zone its result depends on', (form) => {
		expect(form.findParameter('timeZoneNotice')?.displayName).toBe(
			"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.",
		);
	});

	it.each(formsWithoutClock)('the form of $name has no notice of the time zone', (form) => {
		expect(form.findParameter('timeZoneNotice')).toBeUndefined();
	});

	it('the notice of the time zone stands in the forms of twelve operations', () => {
		expect(formsWithClock).toHaveLength(12);
	});
});

describe('The parameter Branch', () => {
	const formsOfEntities = formsInEachInputMode.filter(({ entity }) => entity !== undefined);
	const { matching: formsWithBranch, others: formsWithoutBranch } = splitForms(formsOfEntities, needsBranch);

	it.each(formsWithBranch)('the form of $name asks for the branch after the operation', (form) => {
		const [, , thirdName] = form.parameterNames;

		expect(thirdName).toBe('branchId');
	});

	// An account may have only one branch.
	it.each(formsWithBranch)('the form of $name can be run without a branch', (form) => {
		expect(form.findParameter('branchId')?.required).toBeUndefined();
	});

	it.each(formsWithoutBranch)('the form of $name asks for no branch', (form) => {
		expect(form.findParameter('branchId')).toBeUndefined();
	});
});

describe('The ID of the record', () => {
	const { matching: formsOfOneRecord, others: formsWithoutRecord } = splitForms(
		formsInEachInputMode,
		isAboutOneRecord,
	);
	const { matching: formsWithPicker, others: formsWithId } = splitForms(
		formsOfOneRecord,
		({ entity }) => entity?.listed?.search !== undefined,
	);

	it.each(formsWithPicker)(
		'the form of $name requires a record, which the user picks from a list',
		(form) => {
			expect(form.findParameter('id')).toMatchObject({
				displayName: form.entity?.label,
				type: 'resourceLocator',
				required: true,
			});
		},
	);

	it.each(formsWithId)('the form of $name requires the ID of a record as a text', (form) => {
		expect(form.findParameter('id')).toMatchObject({
			displayName: `${form.entity?.label} ID`,
			type: 'string',
			required: true,
		});
	});

	it.each(formsWithoutRecord)('the form of $name requires no record', (form) => {
		expect(form.findParameter('id')?.required).toBeUndefined();
	});
});

describe('The parent of the record', () => {
	it.each([
		{ form: 'cgi.getAll', field: 'group_id' },
		{ form: 'communication.create', field: 'related_id' },
		{ form: 'communication.getAll', field: 'related_id' },
		{ form: 'customerTariff.delete', field: 'customer_id' },
		{ form: 'customerTariff.getAll', field: 'customer_id' },
		{ form: 'customerTariff.update', field: 'customer_id' },
	])('the form of $form requires $field, which names the parent of the record', ({ form, field }) => {
		expect(findForm(form).findParameter(field)?.required).toBe(true);
	});

	it.each([{ form: 'communication.create' }, { form: 'communication.getAll' }])(
		'the form of $form offers a list of classes to which the parent may belong',
		({ form }) => {
			expect(findForm(form).findParameter('class')).toMatchObject({ type: 'options', default: 'Customer' });
		},
	);

	it('three entities have records with a parent', () => {
		const entitiesWithParent = entities.filter(({ parentFields }) => parentFields !== undefined);

		expect(entitiesWithParent.map(({ resource }) => resource).sort()).toEqual([
			'cgi',
			'communication',
			'customerTariff',
		]);
	});
});

describe('The length of a list', () => {
	const { matching: formsOfLists, others: formsWithoutList } = splitForms(operationForms, returnsList);

	it.each(formsOfLists)('the form of $name has Return All and Limit as n8n’s own nodes have them', (form) => {
		expect(form.findParameter('returnAll')).toMatchObject({
			displayName: 'Return All',
			type: 'boolean',
			default: false,
			description: 'Whether to return all results or only up to a given limit',
		});
		expect(form.findParameter('limit')).toMatchObject({
			displayName: 'Limit',
			type: 'number',
			default: 50,
			typeOptions: { minValue: 1 },
			description: 'Max number of results to return',
		});
	});

	it.each(formsOfLists)('the form of $name hides Limit when Return All is on', (form) => {
		const formOfAll = new OperationForm(form.resource, form.operation, { returnAll: true });

		expect(formOfAll.findParameter('limit')).toBeUndefined();
	});

	it.each(formsWithoutList)('the form of $name has neither Return All nor Limit', (form) => {
		expect(form.findParameter('returnAll')).toBeUndefined();
		expect(form.findParameter('limit')).toBeUndefined();
	});
});

describe('Simplify', () => {
	const { matching: formsOfWideRecords, others: otherForms } = splitForms(operationForms, returnsWideRecords);

	it.each(formsOfWideRecords)('the form of $name has Simplify, which is on', (form) => {
		expect(form.findParameter('simplify')).toMatchObject({
			displayName: 'Simplify',
			type: 'boolean',
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		});
	});

	it.each(otherForms)('the form of $name has no Simplify', (form) => {
		expect(form.findParameter('simplify')).toBeUndefined();
	});
});

describe('The filters of a list', () => {
	const formsOfEntities = operationForms.filter(({ entity }) => entity !== undefined);
	const { matching: formsOfLists, others: formsWithoutList } = splitForms(
		formsOfEntities,
		({ operation }) => operation === 'getAll',
	);

	it.each(formsOfLists)('the form of $name offers every filter of its entity', (form) => {
		expect(form.namesOfferedIn('filters')).toEqual(namesOf(form.entity?.filters ?? []));
	});

	it.each(formsWithoutList)('the form of $name offers no filters', (form) => {
		expect(form.findParameter('filters')).toBeUndefined();
	});

	it.each([
		{ form: 'customer.getAll', view: 'is_study', preset: CUSTOMER_TYPE.all },
		{ form: 'customer.getAll', view: 'removed', preset: RECORD_STATUS.active },
		{ form: 'customerTariff.getAll', view: 'dead', preset: 0 },
		{ form: 'group.getAll', view: 'removed', preset: RECORD_STATUS.active },
		{ form: 'teacher.getAll', view: 'removed', preset: RECORD_STATUS.active },
	])('the form of $form shows the choice $view, which is preset to $preset', ({ form, view, preset }) => {
		expect(findForm(form).findParameter(view)).toMatchObject({ type: 'options', default: preset });
	});

	it('the form of lesson.getAll shows the statuses of lessons, of which none is chosen', () => {
		expect(findForm('lesson.getAll').findParameter('status')).toMatchObject({
			type: 'multiOptions',
			default: [],
		});
	});

	it('five entities have lists that hide records by default', () => {
		const entitiesWithHiddenRecords = entities.filter(
			({ hidden }) => hidden?.views !== undefined || hidden?.partition !== undefined,
		);

		expect(entitiesWithHiddenRecords.map(({ resource }) => resource).sort()).toEqual([
			'customer',
			'customerTariff',
			'group',
			'lesson',
			'teacher',
		]);
	});
});

describe('The fields of a record to save', () => {
	/** The parameters of each form after Resource and Operation. */
	const FORMS = [
		{ form: 'branch.create', asksFor: 'name is_active additionalFields' },
		{ form: 'branch.update', asksFor: 'id listMode updateFields' },
		{ form: 'communication.create', asksFor: 'branchId class related_id comment type_id additionalFields' },
		{
			form: 'customer.create',
			asksFor: 'branchId inputMode name phone email is_study additionalFields options',
		},
		{ form: 'customer.create (json)', asksFor: 'branchId inputMode json jsonFields options' },
		{ form: 'customer.create (map)', asksFor: 'branchId inputMode columns options' },
		{ form: 'customer.update', asksFor: 'branchId id inputMode listMode updateFields options' },
		{ form: 'customer.update (json)', asksFor: 'branchId id inputMode listMode json jsonFields options' },
		{ form: 'customer.update (map)', asksFor: 'branchId id inputMode listMode columns options' },
		{ form: 'customer.upsert', asksFor: 'branchId matchBy phone name inputMode fieldsToSet options' },
		{
			form: 'customer.upsert (json)',
			asksFor: 'branchId matchBy phone name inputMode json jsonFields options',
		},
		{ form: 'customer.upsert (map)', asksFor: 'branchId matchBy phone name inputMode columns options' },
		{ form: 'customerTariff.update', asksFor: 'branchId customer_id id listMode updateFields options' },
		{ form: 'group.create', asksFor: 'branchId inputMode name additionalFields options' },
		{ form: 'group.create (json)', asksFor: 'branchId inputMode json jsonFields options' },
		{ form: 'group.create (map)', asksFor: 'branchId inputMode columns options' },
		{ form: 'group.update', asksFor: 'branchId id inputMode listMode updateFields options' },
		{ form: 'group.update (json)', asksFor: 'branchId id inputMode listMode json jsonFields options' },
		{ form: 'group.update (map)', asksFor: 'branchId id inputMode listMode columns options' },
		{ form: 'leadReject.create', asksFor: 'branchId name is_enabled' },
		{ form: 'leadReject.update', asksFor: 'id updateFields' },
		{ form: 'leadSource.create', asksFor: 'branchId name code is_enabled' },
		{ form: 'leadSource.update', asksFor: 'id updateFields' },
		{ form: 'leadStatus.create', asksFor: 'branchId name is_enabled additionalFields' },
		{ form: 'leadStatus.update', asksFor: 'branchId id updateFields' },
		{
			form: 'lesson.create',
			asksFor:
				'branchId inputMode group_ids customer_ids lesson_date time_from duration lesson_type_id subject_id teacher_ids room_id additionalFields options',
		},
		{ form: 'lesson.create (json)', asksFor: 'branchId inputMode json jsonFields options' },
		{ form: 'lesson.create (map)', asksFor: 'branchId inputMode columns options' },
		{ form: 'lesson.update', asksFor: 'branchId id inputMode listMode updateFields options' },
		{ form: 'lesson.update (json)', asksFor: 'branchId id inputMode listMode json jsonFields options' },
		{ form: 'lesson.update (map)', asksFor: 'branchId id inputMode listMode columns options' },
		{ form: 'location.create', asksFor: 'branchId name is_active' },
		{ form: 'location.update', asksFor: 'id updateFields' },
		{ form: 'pay.update', asksFor: 'branchId id inputMode updateFields options' },
		{ form: 'pay.update (json)', asksFor: 'branchId id inputMode json jsonFields options' },
		{ form: 'pay.update (map)', asksFor: 'branchId id inputMode columns options' },
		{
			form: 'regularLesson.create',
			asksFor:
				'branchId related_class related_id days time_from_v duration b_date_v e_date_v subject_id teacher_ids room_id additionalFields',
		},
		{ form: 'regularLesson.update', asksFor: 'branchId id listMode updateFields options' },
		{ form: 'room.create', asksFor: 'branchId name color_id additionalFields' },
		{ form: 'room.update', asksFor: 'branchId id updateFields' },
		{ form: 'studyStatus.create', asksFor: 'branchId name is_enabled' },
		{ form: 'studyStatus.update', asksFor: 'id updateFields' },
		{ form: 'subject.create', asksFor: 'branchId name' },
		{ form: 'subject.update', asksFor: 'id updateFields' },
		{ form: 'task.create', asksFor: 'branchId title additionalFields' },
		{ form: 'task.update', asksFor: 'branchId id listMode updateFields options' },
	];

	it.each(FORMS)('the form of $form asks for: $asksFor', ({ form, asksFor }) => {
		expect(findForm(form).parameterNames.join(' ')).toBe(`resource operation ${asksFor}`);
	});

	it('no form that saves a record is missing in the table above', () => {
		const names = formsInEachInputMode.filter(savesRecord).map(({ name }) => name);

		expect(names.sort()).toEqual(FORMS.map(({ form }) => form).sort());
	});

	const { matching: formsWithInputMode, others: formsWithoutInputMode } = splitForms(
		operationForms,
		takesCustomFields,
	);

	it.each(formsWithInputMode)(
		'the form of $name takes the fields as parameters, as JSON or from a mapper',
		(form) => {
			const inputMode = form.findParameter('inputMode') as INodeProperties;

			expect(inputMode.default).toBe('form');
			expect(sortedValuesOf(inputMode)).toEqual(['form', 'json', 'map']);
		},
	);

	it.each(formsWithoutInputMode)(
		'the form of $name offers no choice between parameters, JSON and a mapper',
		(form) => {
			expect(form.findParameter('inputMode')).toBeUndefined();
		},
	);

	const creatingForms = operationForms.filter(
		(form) => savesRecord(form) && form.findParameter('additionalFields') !== undefined,
	);
	const updatingForms = operationForms.filter(
		(form) => savesRecord(form) && form.findParameter('updateFields') !== undefined,
	);

	/** The fields that AlfaCRM takes for a record, and Custom Fields if the school may have some. */
	function writableFieldsOf({ entity }: OperationForm): string[] {
		const fields = entity?.fields.filter(({ withoutParameter }) => !withoutParameter) ?? [];
		const customFields = entity?.hasCustomFields ? [{ name: 'customFields' }] : [];
		return namesOf([...fields, ...customFields]);
	}

	it.each(creatingForms)(
		'the form of $name offers each field as a parameter or in Additional Fields',
		(form) => {
			const fieldsWithoutParameter = writableFieldsOf(form).filter((name) => !form.findParameter(name));

			expect(form.namesOfferedIn('additionalFields')).not.toEqual([]);
			expect(form.namesOfferedIn('additionalFields')).toEqual(fieldsWithoutParameter);
		},
	);

	it.each(updatingForms)('the form of $name offers every field in Update Fields', (form) => {
		expect(form.namesOfferedIn('updateFields')).not.toEqual([]);
		expect(form.namesOfferedIn('updateFields')).toEqual(writableFieldsOf(form));
	});

	it('the form of customer.upsert offers every field in Fields except the name, which has a parameter', () => {
		const form = findForm('customer.upsert');

		expect(form.namesOfferedIn('fieldsToSet')).toEqual(
			writableFieldsOf(form).filter((name) => name !== 'name'),
		);
	});

	it('the form of customer.upsert asks for the name, which a new customer needs, when it matches by phone', () => {
		const form = new OperationForm('customer', 'upsert', { matchBy: 'phone' });

		expect(form.findParameter('name')).toBeDefined();
	});
});

describe('Match By', () => {
	const MATCHING_FORMS = ['customer.find', 'customer.getOverview', 'customer.upsert'];
	const formsWithoutMatching = operationForms.filter(({ name }) => !MATCHING_FORMS.includes(name));

	it.each([
		{ form: 'customer.find', preset: 'phone' },
		{ form: 'customer.getOverview', preset: 'id' },
		{ form: 'customer.upsert', preset: 'phone' },
	])('the form of $form matches by $preset unless another key is chosen', ({ form, preset }) => {
		expect(findForm(form).findParameter('matchBy')?.default).toBe(preset);
	});

	it.each(formsWithoutMatching)('the form of $name has no Match By', (form) => {
		expect(form.findParameter('matchBy')).toBeUndefined();
	});

	it('three operations find a record by a match key', () => {
		const findingForms = operationForms.filter(
			({ operation, action }) => ['find', 'upsert'].includes(operation) || action?.kind === 'overview',
		);

		expect(findingForms.map(({ name }) => name).sort()).toEqual(MATCHING_FORMS);
	});

	/** The parameters by which a customer may be matched. */
	const MATCH_PARAMETERS = ['matchField', 'matchValue', 'id', 'phone', 'name', 'email', 'web', 'dob'];

	/** The parameters of Find after Match By. A star marks a required one. */
	const KEYS = [
		{ matchBy: 'phone', asksFor: 'phone*' },
		{ matchBy: 'phoneAndName', asksFor: 'phone* name*' },
		{ matchBy: 'phoneOrEmail', asksFor: 'phone email' },
		{ matchBy: 'email', asksFor: 'email*' },
		{ matchBy: 'web', asksFor: 'web*' },
		{ matchBy: 'firstFound', asksFor: 'matchField phone email web matchValue' },
		{ matchBy: 'nameAndBirthDate', asksFor: 'name* dob*' },
		{ matchBy: 'customField', asksFor: 'matchField* matchValue*' },
		{ matchBy: 'id', asksFor: 'id*' },
	];

	/** Writes the match parameters of a form as the tables do: "phone* name*". */
	function writeMatchParameters({ parameters: shown }: OperationForm): string {
		return shown
			.filter(({ name }) => MATCH_PARAMETERS.includes(name))
			.map(({ name, required }) => (required ? `${name}*` : name))
			.join(' ');
	}

	it.each(KEYS)('Find by $matchBy asks for: $asksFor', ({ matchBy, asksFor }) => {
		const form = new OperationForm('customer', 'find', { matchBy });

		expect(writeMatchParameters(form)).toBe(asksFor);
	});

	it.each([...KEYS, { matchBy: 'name', asksFor: 'name*' }])(
		'Get Overview by $matchBy asks for: $asksFor',
		({ matchBy, asksFor }) => {
			const form = new OperationForm('customer', 'getOverview', { matchBy });

			expect(writeMatchParameters(form)).toBe(asksFor);
		},
	);

	// A new customer needs a name, so Create or Update asks for it, though nobody is matched by it.
	it.each([
		{ matchBy: 'phone', asksFor: 'phone* name' },
		{ matchBy: 'phoneAndName', asksFor: 'phone* name' },
		{ matchBy: 'phoneOrEmail', asksFor: 'phone email name' },
		{ matchBy: 'email', asksFor: 'email* name' },
		{ matchBy: 'web', asksFor: 'web* name' },
		{ matchBy: 'firstFound', asksFor: 'matchField phone email web matchValue name' },
		{ matchBy: 'nameAndBirthDate', asksFor: 'dob* name' },
		{ matchBy: 'customField', asksFor: 'matchField* matchValue* name' },
		{ matchBy: 'id', asksFor: 'id* name' },
	])('Create or Update by $matchBy asks for: $asksFor', ({ matchBy, asksFor }) => {
		const form = new OperationForm('customer', 'upsert', { matchBy });

		expect(writeMatchParameters(form)).toBe(asksFor);
	});

	it('Create or Update asks for the name also when the fields come as JSON', () => {
		const form = new OperationForm('customer', 'upsert', { matchBy: 'phone', inputMode: 'json' });

		expect(form.findParameter('name')).toMatchObject({
			description: expect.stringContaining('A new customer needs it'),
		});
	});

	it.each(['customer.find', 'customer.upsert'])('the form of %s offers nine match keys', (name) => {
		const matchBy = findForm(name).findParameter('matchBy') as INodeProperties;

		expect(sortedValuesOf(matchBy)).toEqual(KEYS.map((key) => key.matchBy).sort());
	});

	it('the form of customer.getOverview offers ten match keys, one of them the name', () => {
		const matchBy = findForm('customer.getOverview').findParameter('matchBy') as INodeProperties;

		expect(listChoices(matchBy)).toHaveLength(10);
	});
});

describe('The parameters of each operation', () => {
	/** The match values are declared twice: required for one key, and not for a key that needs one of several. */
	const DECLARED_TWICE = ['json', 'phone', 'email', 'web', 'matchField', 'matchValue'];

	/** Lists the parameters of each operation, such as "customer.find.phone". */
	function listDeclaredParameters(): string[] {
		return nodeProperties().flatMap(({ name, displayOptions }) => {
			const resources = displayOptions?.show?.resource ?? [];
			const operations = displayOptions?.show?.operation ?? [];
			return resources.flatMap((resource) =>
				operations.map((operation) => `${String(resource)}.${String(operation)}.${name}`),
			);
		});
	}

	// n8n's AI builder keeps one of several parameters with the same name.
	it('the parameters of an operation have different names, except for JSON and the match values', () => {
		const parameters = listDeclaredParameters();

		const repeatedParameters = parameters.filter(
			(parameter, index) => parameters.indexOf(parameter) !== index,
		);
		const repeatedNames = new Set(repeatedParameters.map((parameter) => parameter.split('.')[2]));
		expect([...repeatedNames].sort()).toEqual([...DECLARED_TWICE].sort());
	});
});

describe('The options', () => {
	const OPTIONS = [
		{ form: 'account.check', presets: { branchToCheck: '' } },
		{
			form: 'account.dailyCheck',
			presets: {
				checks: ['stillPlanned', 'overlap', 'smallGroup', 'notMarked', 'noPayer', 'comesUnpaid'],
				day: '',
				fewest: 2,
				searchBranches: [],
			},
		},
		{ form: 'account.tryWrites', presets: { branchToCheck: '' } },
		{ form: 'customer.addComment', presets: { shortenTexts: false } },
		{ form: 'customer.create', presets: { shortenTexts: false } },
		{
			form: 'customer.find',
			presets: { ifNone: 'refuse', ifSeveral: 'refuse', archived: true, searchBranches: [] },
		},
		{
			form: 'customer.getOverview',
			presets: {
				ifNone: 'refuse',
				ifSeveral: 'all',
				archived: true,
				searchBranches: [],
				daysAhead: 30,
				last: 5,
				allNames: false,
				allTasks: false,
			},
		},
		{ form: 'customer.moveToStage', presets: { onlyIfInStage: [], neverBack: true } },
		{ form: 'customer.takePayment', presets: { shortenTexts: false } },
		{ form: 'customer.update', presets: { overwriteWithEmpty: false } },
		{
			form: 'customer.upsert',
			presets: {
				ifSeveral: 'refuse',
				ifKeyEmpty: 'refuse',
				ifArchived: 'update',
				overwriteWithEmpty: false,
				onlyForNew: ['is_study', 'name'],
				listMode: 'add',
				shortenTexts: false,
				searchBranches: [],
			},
		},
		{ form: 'customerTariff.update', presets: { overwriteWithEmpty: false } },
		{ form: 'group.create', presets: { shortenTexts: false } },
		{ form: 'group.update', presets: { overwriteWithEmpty: false } },
		{ form: 'lesson.book', presets: { checkHours: true, skipIfThere: true, step: 30 } },
		{ form: 'lesson.create', presets: { checkBusy: true, skipIfThere: true } },
		{ form: 'lesson.update', presets: { overwriteWithEmpty: false } },
		{ form: 'pay.update', presets: { overwriteWithEmpty: false } },
		{ form: 'regularLesson.update', presets: { overwriteWithEmpty: false } },
		{ form: 'task.update', presets: { overwriteWithEmpty: false } },
		{ form: 'teacher.getFreeSlots', presets: { otherBranches: false, past: false, step: 30 } },
	];
	const formsWithoutOptions = operationForms.filter(({ name }) => OPTIONS.every(({ form }) => form !== name));

	it.each(OPTIONS)('the options of $form are preset to $presets', ({ form, presets }) => {
		expect(findForm(form).presetsOf('options')).toEqual(presets);
	});

	it.each(formsWithoutOptions)('the form of $name has no options', (form) => {
		expect(form.findParameter('options')).toBeUndefined();
	});

	it('the options of customer.getOverview say which of several customers is the first', () => {
		const form = findForm('customer.getOverview');

		const options = form.findParameter('options')?.options as INodeProperties[];
		const ifSeveral = options.find(({ name }) => name === 'ifSeveral');
		const choices = ifSeveral?.options as INodePropertyOptions[];
		expect(choices.find(({ value }) => value === 'newest')?.description).toBe(
			'The first in this order: active before archived, clients before leads, then the highest ID',
		);
	});
});

describe('List Mode', () => {
	const REPLACING_FORMS = [
		'branch.update',
		'customer.update',
		'customerTariff.update',
		'group.update',
		'lesson.update',
		'regularLesson.update',
		'task.update',
	];

	it.each(REPLACING_FORMS)('the form of %s replaces lists unless another List Mode is chosen', (name) => {
		expect(findForm(name).findParameter('listMode')?.default).toBe('replace');
	});

	it('the form of customer.assignTeachers adds teachers unless another List Mode is chosen', () => {
		expect(findForm('customer.assignTeachers').findParameter('listMode')?.default).toBe('add');
	});

	const formsWithoutLists = operationForms.filter(
		({ name }) => ![...REPLACING_FORMS, 'customer.assignTeachers'].includes(name),
	);

	it.each(formsWithoutLists)('the form of $name has no List Mode', (form) => {
		expect(form.findParameter('listMode')).toBeUndefined();
	});
});

describe('Skip If Already There', () => {
	const ADDING_FORMS = [
		'customer.addComment',
		'customer.createTask',
		'customer.sellSubscription',
		'customer.takePayment',
	];
	const { matching: addingForms, others: otherForms } = splitForms(operationForms, ({ name }) =>
		ADDING_FORMS.includes(name),
	);

	it.each(addingForms)(
		'the form of $name skips a record that is already there unless the user switches that off',
		(form) => {
			expect(form.findParameter('skipIfThere')?.default).toBe(true);
		},
	);

	it.each(otherForms)('the form of $name has no Skip If Already There outside of its options', (form) => {
		expect(form.findParameter('skipIfThere')).toBeUndefined();
	});
});

describe('The parameters of an action', () => {
	const actionForms = operationForms.filter(({ action }) => action !== undefined);
	const fields = actionForms.flatMap((form) =>
		[...(form.action?.query ?? []), ...(form.action?.fields ?? [])].map((field) => ({
			form: form.name,
			field: field.name,
			declaration: field,
		})),
	);
	const requiredFields = fields.filter(({ declaration }) => declaration.required);
	// Book shows Date To only if another choice was made.
	const fieldsToFillIn = requiredFields.filter(
		({ declaration, field }) => !['choice', 'flag'].includes(declaration.type) && field !== 'date_to',
	);
	const presetFields = requiredFields.filter(({ declaration }) =>
		['choice', 'flag'].includes(declaration.type),
	);
	const prominentFields = fields.filter(({ declaration }) => declaration.prominent && !declaration.required);

	it.each(fieldsToFillIn)('the form of $form requires $field', ({ form, field }) => {
		expect(findForm(form).findParameter(field)?.required).toBe(true);
	});

	it.each(presetFields)('the form of $form shows $field, which has a preset', ({ form, field }) => {
		expect(findForm(form).findParameter(field)).toMatchObject({ name: field });
		expect(findForm(form).findParameter(field)?.required).toBeUndefined();
	});

	it.each(prominentFields)('the form of $form shows $field, which may stay empty', ({ form, field }) => {
		expect(findForm(form).findParameter(field)).toMatchObject({ name: field });
		expect(findForm(form).findParameter(field)?.required).toBeUndefined();
	});

	it.each(['lesson.getParticipants', 'teacher.getFreeSlots'])('the form of %s requires Date To', (name) => {
		expect(findForm(name).findParameter('date_to')?.required).toBe(true);
	});

	it('the form of lesson.book requires Date To when it books the first free slot', () => {
		const form = new OperationForm('lesson', 'book', { when: 'firstFree' });

		expect(form.findParameter('date_to')?.required).toBe(true);
	});

	it.each(actionForms)('the form of $name offers its optional fields in Additional Fields', (form) => {
		const optionalFields = fields.filter(
			({ form: name, declaration: { required, prominent, withoutParameter } }) =>
				name === form.name && !required && !prominent && !withoutParameter,
		);

		expect(form.namesOfferedIn('additionalFields')).toEqual(
			namesOf(optionalFields.map(({ field }) => ({ name: field }))),
		);
	});

	it('the form of lesson.complete asks who was there before it asks what to do about a completed lesson', () => {
		const form = findForm('lesson.complete');

		expect(form.parameterNames).toEqual([
			'resource',
			'operation',
			'branchId',
			'id',
			'present_ids',
			'absent_ids',
			'details',
			'if_completed',
			'additionalFields',
		]);
	});

	it('the form of pay.createCorrection asks for the day of the payment without a time', () => {
		expect(findForm('pay.createCorrection').findParameter('document_date')).toMatchObject({
			type: 'dateTime',
			typeOptions: { dateOnly: true },
		});
	});
});

describe('A model that fills in the form', () => {
	/** These decide what leaves AlfaCRM, and how much. */
	const decisionsOfUser = formParameters.filter(({ parameter: { name } }) =>
		['leaveOut', 'returnAll', 'simplify'].includes(name),
	);

	// n8n shows its button "let the model define" beside all other parameters.
	it.each(decisionsOfUser)(
		'a model that uses the node as a tool cannot fill in $where',
		({ parameter: { noDataExpression, type } }) => {
			expect(noDataExpression === true || type === 'options').toBe(true);
		},
	);
});

describe('The form of a shared resource', () => {
	it('the form of message lets the user choose emails, phone calls or text messages, sorted by label', () => {
		const [, , , kind] = new OperationForm('message', 'getAll').parameters;

		expect(kind).toMatchObject({ name: 'kind', type: 'options', noDataExpression: true });
		expect(listChoices(kind).map(({ value }) => value)).toEqual(['mailMessage', 'phoneCall', 'smsMessage']);
	});

	it('the form of referenceList lets the user choose a list, sorted by label', () => {
		const [, , , list] = new OperationForm('referenceList', 'getAll').parameters;

		expect(list).toMatchObject({ name: 'list', type: 'options', noDataExpression: true });
		expect(listChoices(list).map(({ value }) => value)).toEqual([
			'company',
			'customerReject',
			'discount',
			'lessonType',
			'level',
			'payAccount',
			'payItemCategory',
			'payItem',
			'payType',
			'pipeline',
			'tariff',
			'user',
		]);
	});

	const members = entities
		.filter(({ listedIn }) => listedIn !== undefined)
		.map(({ resource, listedIn = '' }) => ({ member: resource, shared: listedIn }));

	it.each(members)(
		'$shared asks for the branch and the length of the list of $member',
		({ member, shared }) => {
			const form = new OperationForm(shared, 'getAll', { list: member, kind: member });

			expect(form.parameterNames).toEqual(expect.arrayContaining(['branchId', 'returnAll', 'limit']));
		},
	);

	it.each(members)('the form of $shared offers the filters of $member', ({ member, shared }) => {
		const form = new OperationForm(shared, 'getAll', { list: member, kind: member });

		expect(form.namesOfferedIn('filters')).toEqual(namesOf(findEntityOfResource(member)?.filters ?? []));
	});
});

describe('The form of the account', () => {
	it.each([
		{ operation: 'check', names: ['resource', 'operation', 'options'] },
		{ operation: 'dailyCheck', names: ['resource', 'operation', 'options', 'timeZoneNotice'] },
		{
			operation: 'tryWrites',
			names: ['resource', 'operation', 'writeTestLead', 'groupToTry', 'options'],
		},
	])('the form of account.$operation requires nothing', ({ operation, names }) => {
		const form = new OperationForm('account', operation);

		expect(form.parameterNames).toEqual(names);
		expect(form.parameters.filter(({ required }) => required)).toEqual([]);
	});
});

describe('The form of an API call', () => {
	it.each([{ allPages: false }, { allPages: true }])(
		'the form of an API call requires only the path and the action, with All Pages $allPages',
		({ allPages }) => {
			const form = new OperationForm('apiCall', 'send', { allPages });

			const requiredParameters = form.parameters.filter(({ required }) => required);
			expect(form.parameterNames).toEqual([
				'resource',
				'operation',
				'callBranch',
				'callPath',
				'callAction',
				'callQuery',
				'callBody',
				'allPages',
			]);
			expect(requiredParameters.map(({ name }) => name)).toEqual(['callPath', 'callAction']);
		},
	);
});

/** Finds the form of an operation by its name, such as "customer.create (json)". */
function findForm(name: string): OperationForm {
	const form = formsInEachInputMode.find((candidate) => candidate.name === name);
	if (form === undefined) throw new Error(`There is no operation ${name}`);
	return form;
}
