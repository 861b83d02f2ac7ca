import { isUnsorted } from '../../nodes/AlfaCrm/entities/customer';
import { listMethod } from '../../nodes/AlfaCrm/entities/methodNames';
import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { findAddedResource, onlyReads } from '../support/actionKinds';
import {
	addedResources,
	declaredActions,
	fieldsAskedBy,
	filters,
	findBreaches,
	findRepeatedValues,
	findUnknownNames,
	formFields,
	formFieldsOf,
	ID_LIST_TYPES,
	labelsOf,
	matchKeys,
	namesOf,
	outputFields,
	parametersBesideFiltersOf,
	parentFields,
	returnedFieldsOf,
	SINGLE_ID_TYPES,
	writtenFields,
} from './declarations';

const KEBAB_CASE = /^[a-z]+(-[a-z]+)*$/;
const CAMEL_CASE = /^[a-z]+([A-Z][a-z]+)*$/;
const TITLE_CASE = /^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/;
const API_NAME = /^[a-z][A-Za-z0-9]*(_[a-z0-9]+)*$/;
const SMALL_WORD = /^(a|an|and|as|at|by|for|from|if|in|of|on|or|the|to)$/;
const USUAL_OPERATIONS = ['create', 'delete', 'find', 'get', 'getAll', 'update', 'upsert'];
const REFERENCE_TYPES = ['reference', 'references', 'record', 'records', 'owner'];

/** Writes "lead-status" as "leadStatus". */
const toCamelCase = (path: string) =>
	path.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());

/** Whether a label is in Title Case. Small words inside of it, such as "of", are not in capitals. */
function isTitle(label: string): boolean {
	const words = label.split(' ');
	return words.every((word, index) => /^[A-Z0-9]/.test(word) || (index > 0 && SMALL_WORD.test(word)));
}

/** Finds the type of a filter of an entity. */
function filterTypeOf(entity: (typeof entities)[number], name: string): string | undefined {
	return entity.filters.find((filter) => filter.name === name)?.type;
}

describe('the registry', () => {
	it.each([
		{ property: 'resource' },
		{ property: 'path' },
		{ property: 'label' },
		{ property: 'plural' },
	] as const)('the registry has no two entities with the same $property', ({ property }) => {
		const values = entities.map((entity) => entity[property]);

		expect(findRepeatedValues(values)).toEqual([]);
	});

	it('the registry names no two methods that fill dropdowns alike', () => {
		const methods = entities.map(listMethod);

		expect(findRepeatedValues(methods)).toEqual([]);
	});

	it('the registry lists the entities in the order of their labels', () => {
		const labels = entities.map(({ label }) => label);

		const sortedLabels = [...labels].sort((a, b) => a.localeCompare(b, 'en'));
		expect(labels).toEqual(sortedLabels);
	});

	it.each(entities)('the registry finds the entity $resource by its resource', (entity) => {
		expect(entityOf(entity.resource)).toBe(entity);
	});

	it.each([
		{ resource: '' },
		{ resource: 'lead' },
		{ resource: 'Customer' },
		{ resource: 'constructor' },
		{ resource: '__proto__' },
	])('the registry refuses the unknown resource "$resource"', ({ resource }) => {
		expect(() => entityOf(resource)).toThrow(RangeError);
	});
});

describe('the names of an entity', () => {
	it.each(entities)('the path of $resource is in kebab-case', ({ path }) => {
		expect(path).toMatch(KEBAB_CASE);
	});

	it.each(entities)('the resource $resource is its path in camelCase', ({ resource, path }) => {
		expect(resource).toBe(toCamelCase(path));
	});

	it.each(entities)('the label of $resource, "$label", is in Title Case', ({ label }) => {
		expect(label).toMatch(TITLE_CASE);
	});

	it.each(entities)('the plural of $resource, "$plural", is in Title Case', ({ plural }) => {
		expect(plural).toMatch(TITLE_CASE);
	});

	it.each(entities)('the plural of $resource differs from its label', ({ label, plural }) => {
		expect(plural).not.toBe(label);
	});
});

describe('the operations of an entity', () => {
	const partlyUnconfirmed = entities.filter(({ unconfirmed }) => unconfirmed !== undefined);
	const whollyUnconfirmed = entities.filter(({ certainty }) => certainty === 'unconfirmed');

	it.each(entities)('$resource offers a list of its records', ({ operations }) => {
		expect(operations).toContain('getAll');
	});

	it.each(entities)('$resource offers each operation once', ({ operations }) => {
		expect(findRepeatedValues(operations)).toEqual([]);
	});

	it.each(partlyUnconfirmed)(
		'$resource marks operations as unconfirmed only if it has them, each once',
		({ operations, unconfirmed = [] }) => {
			expect(findUnknownNames(unconfirmed, operations)).toEqual([]);
			expect(findRepeatedValues(unconfirmed)).toEqual([]);
		},
	);

	it.each(whollyUnconfirmed)(
		'$resource is unconfirmed as a whole and marks no single operation',
		({ unconfirmed = [] }) => {
			expect(unconfirmed).toEqual([]);
		},
	);
});

describe('the match keys of an entity', () => {
	const matchedEntities = entities.filter(({ match }) => match !== undefined);
	const unmatchedEntities = entities.filter(({ match }) => match === undefined);
	const customFieldKeys = matchKeys.filter(({ key }) => key.fields.length === 0);
	const keysOfOneOfSeveralFields = matchKeys.filter(({ key }) => key.isOneFieldEnough);

	it.each(matchedEntities)(
		'$resource has match keys, so it offers Find and Create or Update',
		({ operations }) => {
			expect(operations).toEqual(expect.arrayContaining(['find', 'upsert']));
		},
	);

	it.each(unmatchedEntities)(
		'$resource has no match keys, so it offers neither Find nor Create or Update',
		({ operations }) => {
			expect(operations).not.toContain('find');
			expect(operations).not.toContain('upsert');
		},
	);

	it.each(matchedEntities)('no two match keys of $resource have the same name or label', ({ match }) => {
		expect(findRepeatedValues(namesOf(match?.keys))).toEqual([]);
		expect(findRepeatedValues(labelsOf(match?.keys))).toEqual([]);
	});

	it.each(matchKeys)(
		'the match key $place compares fields that AlfaCRM takes and returns',
		({ entity, key }) => {
			const comparableFields = entity.fields.filter(({ writeOnly }) => !writeOnly);

			expect(findUnknownNames(key.fields, ['id', ...namesOf(comparableFields)])).toEqual([]);
		},
	);

	it.each(matchKeys)('the match key $place queries only fields that it compares', ({ key }) => {
		const { fields, queriedFields = [] } = key;

		expect(findUnknownNames(queriedFields, fields)).toEqual([]);
	});

	it.each(customFieldKeys)(
		'the match key $place has no fields, so it is that of the custom fields',
		({ entity, key }) => {
			expect(key.name).toBe('customField');
			expect(entity.hasCustomFields).toBe(true);
		},
	);

	it.each(keysOfOneOfSeveralFields)(
		'the match key $place, of which one field is enough, has several fields',
		({ key }) => {
			expect(key.fields.length).toBeGreaterThan(1);
		},
	);

	it.each(matchedEntities)('$resource keeps only its own fields for new records', ({ match, fields }) => {
		expect(findUnknownNames(match?.onlyForNew ?? [], namesOf(fields))).toEqual([]);
	});
});

describe('the records of an entity in lists', () => {
	const archivedByDay = entities.filter(({ archive }) => archive?.day !== undefined);
	const searchedByText = entities.filter(({ listed }) => listed?.search?.textFilter !== undefined);
	const searchedById = entities.filter(({ listed }) => listed?.search?.digitsFilter === 'id');
	const searchedByPhone = entities.filter(({ listed }) => listed?.search?.digitsFilter === 'phone');
	const searchedByDay = entities.filter(({ listed }) => listed?.search?.dayFilters !== undefined);
	const titledByFields = entities.filter(({ listed }) => (listed?.title ?? []).length > 0);
	const withoutTitle = entities.filter(({ listed }) => listed?.title?.length === 0);
	const detailed = entities.filter(({ listed }) => listed?.details !== undefined);
	const simplified = entities.filter(({ simplifiedFields }) => simplifiedFields !== undefined);

	it.each(archivedByDay)('$resource returns the day from which a record is archived', (entity) => {
		const day = returnedFieldsOf(entity).find(({ name }) => name === entity.archive?.day);

		expect(day?.type).toBe('date');
	});

	it.each(searchedByText)('$resource is searched for a text by a text filter', (entity) => {
		const filter = String(entity.listed?.search?.textFilter);

		expect(filterTypeOf(entity, filter)).toBe('text');
	});

	it.each(searchedById)('$resource is searched for digits by a filter for IDs', (entity) => {
		expect(filterTypeOf(entity, 'id')).toBe('id');
	});

	it.each(searchedByPhone)('$resource is searched for digits by a filter for parts of phones', (entity) => {
		expect(filterTypeOf(entity, 'phone')).toBe('phonePart');
	});

	it('every search for digits looks at an ID or a phone', () => {
		const digitsFilters = entities.flatMap(({ listed }) => listed?.search?.digitsFilter ?? []);

		expect(findUnknownNames(digitsFilters, ['id', 'phone'])).toEqual([]);
	});

	it.each(searchedByDay)('$resource is searched for a day by two filters for dates', (entity) => {
		const [from = '', to = ''] = entity.listed?.search?.dayFilters ?? [];

		expect(filterTypeOf(entity, from)).toBe('date');
		expect(filterTypeOf(entity, to)).toBe('date');
	});

	it.each(titledByFields)('the title of $resource consists of returned fields, each once', (entity) => {
		const title = entity.listed?.title ?? [];

		expect(findUnknownNames(title, namesOf(returnedFieldsOf(entity)))).toEqual([]);
		expect(findRepeatedValues(title)).toEqual([]);
	});

	it.each(titledByFields)(
		'the title of $resource is declared because it is not just the name',
		({ listed }) => {
			expect(listed?.title).not.toEqual(['name']);
		},
	);

	it.each(withoutTitle)('$resource has no title, so it has details to show', ({ listed }) => {
		expect(listed?.details ?? []).not.toHaveLength(0);
	});

	it.each(detailed)('the details of $resource are returned fields, each once', (entity) => {
		const details = (entity.listed?.details ?? []).map(({ name }) => name);

		expect(findUnknownNames(details, namesOf(returnedFieldsOf(entity)))).toEqual([]);
		expect(findRepeatedValues(details)).toEqual([]);
	});

	it.each(simplified)('Simplify puts the ID of $resource first', ({ simplifiedFields = [] }) => {
		expect(simplifiedFields[0]).toBe('id');
	});

	it.each(simplified)('Simplify keeps at most ten fields of $resource', ({ simplifiedFields = [] }) => {
		expect(simplifiedFields.length).toBeLessThanOrEqual(10);
	});

	it.each(simplified)('Simplify keeps returned fields of $resource, each once', (entity) => {
		const { simplifiedFields = [] } = entity;

		expect(findUnknownNames(simplifiedFields, namesOf(returnedFieldsOf(entity)))).toEqual([]);
		expect(findRepeatedValues(simplifiedFields)).toEqual([]);
	});

	it.each(simplified)('Simplify leaves out some fields of $resource', (entity) => {
		const { simplifiedFields = [] } = entity;
		const returnedNames = new Set(namesOf(returnedFieldsOf(entity)));

		expect(simplifiedFields.length).toBeLessThan(returnedNames.size);
	});
});

describe('the filters of an entity', () => {
	const rowChecks = filters.flatMap(({ place, entity, field: { name, type, checkRowBy } }) =>
		typeof checkRowBy === 'object' ? [{ place, entity, name, type, check: checkRowBy }] : [],
	);
	const dateChecks = rowChecks.filter(({ type }) => type === 'date');
	const valueChecks = rowChecks.filter(({ type }) => type !== 'date');
	const checksWithException = rowChecks.filter(({ check }) => check.unless !== undefined);
	const rangeStarts = filters.filter(({ field }) => field.name.endsWith('_from'));
	const rangeEnds = filters.filter(({ field }) => field.name.endsWith('_to'));

	it.each(rowChecks)('the filter $place checks rows by a field that they have', ({ entity, check }) => {
		expect(namesOf(returnedFieldsOf(entity))).toContain(check.field);
	});

	it.each(dateChecks)('the filter $place for days checks rows by a date', ({ entity, check }) => {
		const checkedField = returnedFieldsOf(entity).find(({ name }) => name === check.field);

		expect(checkedField?.type).toBe('date');
	});

	it.each(valueChecks)('the filter $place checks rows by a number or a text', ({ entity, check }) => {
		const checkedField = returnedFieldsOf(entity).find(({ name }) => name === check.field);

		expect(['integer', 'number', 'text']).toContain(checkedField?.type);
	});

	it.each(checksWithException)(
		'the filter $place lets rows pass by a field that they have',
		({ entity, check }) => {
			expect(namesOf(returnedFieldsOf(entity))).toContain(check.unless);
		},
	);

	it.each(rowChecks)('the name of the filter $place ends in the bound that it is', ({ name, check }) => {
		expect(name).toMatch(new RegExp(`_${check.test}$`));
	});

	it.each(rangeStarts)('the filter $place has an upper bound of the same type', ({ entity, field }) => {
		const upperBound = field.name.replace(/_from$/, '_to');

		expect(filterTypeOf(entity, upperBound)).toBe(field.type);
	});

	it.each(rangeEnds)('the filter $place has a lower bound of the same type', ({ entity, field }) => {
		const lowerBound = field.name.replace(/_to$/, '_from');

		expect(filterTypeOf(entity, lowerBound)).toBe(field.type);
	});
});

describe('the views of an entity, which hide records from lists', () => {
	const entitiesWithHiddenRecords = entities.filter(({ hidden }) => hidden !== undefined);
	const revealedViews = entities.flatMap(({ resource, hidden = {} }) => {
		const { views = [], bodyShowingAll = {} } = hidden;
		const revealed = views.filter(({ name }) => bodyShowingAll[name] !== undefined);
		return revealed.map((view) => ({
			place: `${resource} / ${view.name}`,
			choices: view.choices.map(({ value }) => value),
			valueShowingAll: bodyShowingAll[view.name],
		}));
	});

	it.each(entitiesWithHiddenRecords)(
		'$resource shows all records by values of its own views and filters',
		({ filters: own, hidden = {} }) => {
			const { views = [], bodyShowingAll = {} } = hidden;

			expect(findUnknownNames(Object.keys(bodyShowingAll), namesOf([...own, ...views]))).toEqual([]);
		},
	);

	it.each(revealedViews)(
		'$place has the choice that shows all records, $valueShowingAll',
		({ choices, valueShowingAll }) => {
			expect(choices).toContain(valueShowingAll);
		},
	);

	it.each(entitiesWithHiddenRecords)('$resource can show what each of its views hides', ({ hidden = {} }) => {
		const { views = [], bodyShowingAll = {}, passes = [] } = hidden;
		const bodiesThatShow = [bodyShowingAll, ...passes];

		const namesThatShow = bodiesThatShow.flatMap((body) => Object.keys(body));
		expect(findUnknownNames(namesOf(views), namesThatShow)).toEqual([]);
	});
});

describe('the names and labels of fields', () => {
	it.each(entities)('no two fields of $resource have the same name', ({ fields }) => {
		expect(findRepeatedValues(namesOf(fields))).toEqual([]);
	});

	it.each(entities)('no two fields in the form of $resource have the same label', (entity) => {
		const { fields, parentFields: ownParentFields = [] } = entity;

		expect(findRepeatedValues(labelsOf([...ownParentFields, ...fields]))).toEqual([]);
	});

	it.each(entities)('no two filters of $resource have the same name or label', (entity) => {
		const listParameters = [...entity.filters, ...parametersBesideFiltersOf(entity)];

		expect(findRepeatedValues(namesOf(listParameters))).toEqual([]);
		expect(findRepeatedValues(labelsOf(listParameters))).toEqual([]);
	});

	it.each(entities)('no two fields in the output of $resource have the same name or label', (entity) => {
		expect(findRepeatedValues(namesOf(entity.outputFields))).toEqual([]);
		expect(findRepeatedValues(labelsOf(entity.outputFields))).toEqual([]);
	});

	it.each(entities)('no two parent fields of $resource have the same name', (entity) => {
		expect(findRepeatedValues(namesOf(entity.parentFields))).toEqual([]);
	});

	it('every parameter has a name that AlfaCRM can have', () => {
		expect(findBreaches(formFields, ({ field }) => !API_NAME.test(field.name))).toEqual([]);
	});

	it('every field of the output has a name that AlfaCRM can have, such as teacher-to-skill', () => {
		const breaches = findBreaches(outputFields, ({ field }) => !API_NAME.test(field.name.replace(/-/g, '_')));

		expect(breaches).toEqual([]);
	});

	it('every parameter and every field of the output has a label in Title Case', () => {
		const labelledFields = [...formFields, ...outputFields];

		expect(findBreaches(labelledFields, ({ field }) => !isTitle(field.label))).toEqual([]);
	});

	it('every action has a label in Title Case', () => {
		expect(findBreaches(declaredActions, ({ action }) => !isTitle(action.label))).toEqual([]);
	});
});

describe('the fields that AlfaCRM takes', () => {
	const writableEntities = entities.filter(
		({ operations }) => operations.includes('create') || operations.includes('update'),
	);
	const readOnlyEntities = entities.filter((entity) => !writableEntities.includes(entity));
	const creatableEntities = entities.filter(
		({ resource, operations }) => operations.includes('create') || addedResources.includes(resource),
	);
	const otherEntities = entities.filter((entity) => !creatableEntities.includes(entity));
	const neededFields = writtenFields.filter(
		({ field }) => field.required ?? field.requiredUnless !== undefined,
	);
	const standIns = formFields.filter(({ field }) => 'fromBranch' in field && field.fromBranch);

	it('an ID is never written as a field', () => {
		expect(findBreaches(writtenFields, ({ field }) => field.name === 'id')).toEqual([]);
	});

	it.each(writableEntities)(
		'$resource declares what its form always asks for before the rest',
		({ fields }) => {
			const isAlwaysAsked = fields.map(
				({ required, fallback, prominent }) =>
					prominent === true || (required === true && fallback === undefined),
			);

			const askedFieldsFirst = [...isAlwaysAsked].sort((a, b) => Number(b) - Number(a));
			expect(isAlwaysAsked).toEqual(askedFieldsFirst);
		},
	);

	it.each(writableEntities)('$resource can be created or updated, so it has fields', ({ fields }) => {
		expect(fields).not.toHaveLength(0);
	});

	it.each(readOnlyEntities)(
		'$resource can neither be created nor updated, so it has no fields',
		({ fields }) => {
			expect(fields).toHaveLength(0);
		},
	);

	it.each(creatableEntities)('a new record of $resource needs at least one field', ({ resource }) => {
		const ownNeededFields = neededFields.filter(({ entity }) => entity.resource === resource);

		expect(ownNeededFields).not.toHaveLength(0);
	});

	it.each(otherEntities)('$resource cannot be created, so it needs no field', ({ resource }) => {
		const ownNeededFields = neededFields.filter(({ entity }) => entity.resource === resource);

		expect(ownNeededFields).toEqual([]);
	});

	it('a field that is required unless another one is filled in names a field of the same entity', () => {
		const breaches = findBreaches(writtenFields, ({ entity, field }) => {
			const { requiredUnless } = field;
			return requiredUnless !== undefined && !namesOf(entity.fields).includes(requiredUnless);
		});

		expect(breaches).toEqual([]);
	});

	it.each(parentFields)('the parent $place is always asked for', ({ field }) => {
		expect(field.required).toBe(true);
	});

	it.each(parentFields)('the parent $place is the only parameter of its name', ({ entity, field }) => {
		const otherParameters = [...entity.fields, ...entity.filters, ...parametersBesideFiltersOf(entity)];

		expect(namesOf(otherParameters)).not.toContain(field.name);
	});

	it.each(standIns)('$place is a branch, so the branch of the call may stand in for it', ({ field }) => {
		expect(field).toMatchObject({
			type: expect.stringMatching(/^references?$/) as string,
			entity: 'branch',
		});
	});

	it.each(standIns)(
		'$place, for which the branch of the call may stand in, belongs to an entity of branches',
		({ entity }) => {
			expect(entity.scope).toBe('branch');
		},
	);
});

describe('the fields that refer to other records', () => {
	const references = formFields.flatMap(({ place, field }) =>
		'entity' in field && field.entity !== undefined && REFERENCE_TYPES.includes(field.type)
			? [{ place, type: field.type, target: entityOf(field.entity) }]
			: [],
	);
	const searchedReferences = references.filter(({ type }) => type === 'record' || type === 'records');

	it.each(references)('$place refers to records that can be listed', ({ target }) => {
		expect(target.operations).toContain('getAll');
	});

	it.each(references)('$place refers to records that return their title', ({ target }) => {
		const title = target.listed?.title ?? ['name'];

		expect(findUnknownNames(title, namesOf(returnedFieldsOf(target)))).toEqual([]);
	});

	// A dropdown is filled with a call that has nothing but the branch. A search may ask for the parent first.
	it.each(references)(
		'$place refers to records whose parent the search asks for, if they have one',
		({ target }) => {
			const parentsOfSearch = [target.listed?.search?.parentField ?? []].flat();

			expect(namesOf(target.parentFields)).toEqual(parentsOfSearch);
		},
	);

	it.each(searchedReferences)('$place is searched for, so its records can be searched', ({ target }) => {
		expect(target.listed?.search).toBeDefined();
	});

	it('a parameter called ..._id takes one ID', () => {
		const isCalledId = (name: string) => name === 'id' || name.endsWith('_id');
		const breaches = findBreaches(formFields, ({ field: { name, type } }) => {
			// The number of a kind is not the ID of a record.
			const isKind = name === 'type_id' && type === 'integer';
			return isCalledId(name) && !isKind && ![...SINGLE_ID_TYPES, 'owner'].includes(type);
		});

		expect(breaches).toEqual([]);
	});

	it('a parameter called type_id that takes a number begins with the number of a kind', () => {
		const breaches = findBreaches(
			formFields,
			({ field }) => field.name === 'type_id' && field.type === 'integer' && field.default === undefined,
		);

		expect(breaches).toEqual([]);
	});

	it('a parameter called ..._ids takes several IDs', () => {
		const isCalledIds = (name: string) => name === 'ids' || name.endsWith('_ids');
		const breaches = findBreaches(
			formFields,
			({ field: { name, type } }) => isCalledIds(name) && !ID_LIST_TYPES.includes(type),
		);

		expect(breaches).toEqual([]);
	});

	it('a parameter that takes IDs is called id, ids, ..._id or ..._ids', () => {
		const idTypes = [...SINGLE_ID_TYPES, ...ID_LIST_TYPES, 'owner'];
		const breaches = findBreaches(
			formFields,
			({ field: { name, type } }) => idTypes.includes(type) && !/^ids?$|_ids?$/.test(name),
		);

		expect(breaches).toEqual([]);
	});

	it('a field of the output has one ID exactly if it is called ..._id', () => {
		const breaches = findBreaches(
			outputFields,
			({ field: { name, type } }) => name.endsWith('_id') !== SINGLE_ID_TYPES.includes(type),
		);

		expect(breaches).toEqual([]);
	});

	it('a field of the output that is called ..._ids has several IDs', () => {
		const breaches = findBreaches(
			outputFields,
			({ field: { name, type } }) => name.endsWith('_ids') && !ID_LIST_TYPES.includes(type),
		);

		expect(breaches).toEqual([]);
	});

	it('the label of a parameter for a bare ID ends in "ID"', () => {
		const breaches = findBreaches(
			formFields,
			({ field }) => field.type === 'id' && !/\bID$/.test(field.label),
		);

		expect(breaches).toEqual([]);
	});

	it('the label of a parameter for several bare IDs ends in "IDs"', () => {
		const breaches = findBreaches(
			formFields,
			({ field }) => field.type === 'ids' && !/\bIDs$/.test(field.label),
		);

		expect(breaches).toEqual([]);
	});

	it('the label of a reference has neither "ID" nor "Name", which the form adds', () => {
		const breaches = findBreaches(
			formFields,
			({ field: { type, label } }) => REFERENCE_TYPES.includes(type) && /\b(IDs?|Name)\b/.test(label),
		);

		expect(breaches).toEqual([]);
	});
});

describe('the fields that AlfaCRM only returns', () => {
	const returnedAndWritten = outputFields.flatMap(({ place, entity, field }) => {
		const writtenField = entity.fields.find(({ name, writeOnly }) => name === field.name && !writeOnly);
		return writtenField === undefined ? [] : [{ place, field, writtenField }];
	});

	it('an ID is never declared as a field of the output, since every record has one', () => {
		expect(findBreaches(outputFields, ({ field }) => field.name === 'id')).toEqual([]);
	});

	it('a field that AlfaCRM takes is declared for the output as well only if it returns with another type', () => {
		const breaches = findBreaches(
			returnedAndWritten,
			({ field, writtenField }) => field.type === writtenField.type,
		);

		expect(breaches).toEqual([]);
	});
});

describe('the choices of a field', () => {
	const choicesInForms = formFields.flatMap(({ place, field }) =>
		field.type === 'choice' || field.type === 'choices' ? [{ place, choices: field.choices }] : [],
	);
	const choicesInOutputs = outputFields.flatMap(({ place, field }) =>
		field.type === 'choice' || field.type === 'choices' ? [{ place, choices: field.choices }] : [],
	);
	const allChoices = [...choicesInForms, ...choicesInOutputs];
	const presetFields = [...formFields, ...outputFields].flatMap(({ place, field }) =>
		field.type === 'choice' ? [{ place, choices: field.choices, preset: field.default }] : [],
	);

	it.each(allChoices)('$place offers at least two choices', ({ choices }) => {
		expect(choices.length).toBeGreaterThan(1);
	});

	it.each(allChoices)('$place offers each value once', ({ choices }) => {
		const values = choices.map(({ value }) => value);

		expect(findRepeatedValues(values)).toEqual([]);
	});

	it.each(allChoices)('$place offers values of one type', ({ choices }) => {
		const types = new Set(choices.map(({ value }) => typeof value));

		expect(types.size).toBe(1);
	});

	// An output may have two values with one label: AlfaCRM has two numbers for a Sunday.
	it.each(choicesInForms)('$place offers each label once', ({ choices }) => {
		const labels = choices.map(({ label }) => label);

		expect(findRepeatedValues(labels)).toEqual([]);
	});

	it.each(presetFields)('$place offers its preset, $preset', ({ choices, preset }) => {
		const values = choices.map(({ value }) => value);

		expect(values).toContain(preset);
	});
});

describe('an action', () => {
	const actionsWithRecord = declaredActions.filter(({ action }) => action.recordIdName !== undefined);
	const readingActions = declaredActions.filter(({ action }) => onlyReads(action.kind));
	const writingActions = declaredActions.filter(({ action }) => !onlyReads(action.kind));
	const addingActions = declaredActions.flatMap(({ place, action }) => {
		const addedResource = findAddedResource(action);
		const customerField = action.kind === 'addToCustomer' ? action.customerField : 'customer_id';
		return addedResource === undefined
			? []
			: [{ place, action, customerField, added: entityOf(addedResource) }];
	});

	it.each(declaredActions)('$place has a name in camelCase', ({ action }) => {
		expect(action.name).toMatch(CAMEL_CASE);
	});

	it.each(declaredActions)('$place does not have the name of a usual operation', ({ action }) => {
		expect(USUAL_OPERATIONS).not.toContain(action.name);
	});

	it.each(entities)('no two actions of $resource have the same name or label', ({ actions = [] }) => {
		expect(findRepeatedValues(namesOf(actions))).toEqual([]);
		expect(findRepeatedValues(labelsOf(actions))).toEqual([]);
	});

	it.each(declaredActions)('$place goes to a URL in kebab-case', ({ entity, action }) => {
		expect(action.path ?? entity.path).toMatch(KEBAB_CASE);
		expect(action.action).toMatch(KEBAB_CASE);
	});

	it.each(actionsWithRecord)('$place sends the ID of its record under the name of an ID', ({ action }) => {
		expect(action.recordIdName).toMatch(/^(id|[a-z]+_ids?)$/);
	});

	it.each(declaredActions)('$place sends each name once in the query', ({ action }) => {
		const namesInQuery = [...namesOf(action.query), ...[action.recordIdName ?? []].flat()];

		expect(findRepeatedValues(namesInQuery)).toEqual([]);
	});

	it.each(declaredActions)('$place sends each name once in the body', ({ action }) => {
		const namesInBody = [...namesOf(action.fields), ...Object.keys(action.fixedValues ?? {})];

		expect(findRepeatedValues(namesInBody)).toEqual([]);
	});

	it.each(declaredActions)('$place returns each field once', ({ action }) => {
		expect(findRepeatedValues(namesOf(action.outputFields))).toEqual([]);
	});

	it.each(readingActions)('$place only reads, so it sends no fixed values', ({ action }) => {
		expect(action.fixedValues).toBeUndefined();
	});

	it.each(readingActions)('$place only reads, so its name begins with "get"', ({ action }) => {
		expect(action.name).toMatch(/^get/);
	});

	it.each(writingActions)('$place writes, so its name does not begin with "get"', ({ action }) => {
		expect(action.name).not.toMatch(/^get/);
	});

	it.each(addingActions)('$place adds a record by the call that creates it', ({ action, added }) => {
		expect(action.path).toBe(added.path);
		expect(action.action).toBe('create');
	});

	it.each(addingActions)('$place names the customer by an ID', ({ customerField }) => {
		expect(customerField).toMatch(/^[a-z]+_ids?$/);
	});

	it.each(addingActions)('$place sends every field that a new record needs', (row) => {
		const { action, added, customerField } = row;
		const declaredFields = [...added.fields, ...(added.parentFields ?? [])];
		const requiredFields = declaredFields.filter(({ required }) => required);

		const sentNames = [...namesOf(action.fields), ...Object.keys(action.fixedValues ?? {}), customerField];
		expect(findUnknownNames(namesOf(requiredFields), sentNames)).toEqual([]);
	});
});

describe('these rules', () => {
	it.each([
		{ place: 'customer / phone', source: 'the fields' },
		{ place: 'pay / sum_from', source: 'the filters' },
		{ place: 'customer / removed', source: 'the views' },
		{ place: 'lesson / status', source: 'the partitions' },
		{ place: 'customerTariff / customer_id', source: 'the parents' },
		{ place: 'lesson / is_attend', source: 'the rows' },
	])('these rules look at $source of entities, such as $place', ({ place }) => {
		expect(formFields).toContainEqual(expect.objectContaining({ place }));
	});

	it('these rules look at the fields of actions', () => {
		const actionFields = declaredActions.flatMap(({ action }) => fieldsAskedBy(action));

		expect(entities.flatMap(formFieldsOf)).toEqual(expect.arrayContaining(actionFields));
	});
});

it('isUnsorted is true for a lead without a stage', () => {
	expect(isUnsorted({ is_study: '0', lead_status_id: '', lead_status_ids: [] })).toBe(true);
});

it('isUnsorted is false for a lead whose stage stands in lead_status_ids only', () => {
	expect(isUnsorted({ is_study: 0, lead_status_id: null, lead_status_ids: [3] })).toBe(false);
});

it('isUnsorted is false for a client without a stage', () => {
	expect(isUnsorted({ is_study: 1, lead_status_id: null })).toBe(false);
});
