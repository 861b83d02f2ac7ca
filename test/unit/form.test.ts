import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { byWholeName } from '../../nodes/AlfaCrm/entities/common';
import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { ACCOUNT } from '../../nodes/AlfaCrm/operations/account/accountForm';
import { API_CALL } from '../../nodes/AlfaCrm/operations/apiCall';
import { addedResourceOf } from '../support/actionKinds';
import {
	actionTable,
	childrenOf,
	choicesOf,
	description,
	entityAt,
	formOf,
	parameters,
} from '../support/form';
import { areUnique } from './wordingRules';

/** Has a parameter of its own when a record is created. */
const standsAlone = ({ required, fallback, prominent }: Field) =>
	prominent === true || (required === true && fallback === undefined);

/** Nothing is preset for it. */
const isLeftToUser = ({ required, fallback, type }: Field) =>
	required === true && fallback === undefined && !['choice', 'flag', 'integer'].includes(type);

const READING = ['find', 'get', 'getAll'];
const LISTS = ['texts', 'links', 'emails', 'phones', 'ids', 'references', 'choices'];

/** What looks at the clock, or begins with today where the form says nothing. */
const DECIDING_BY_TIME = [
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
const TIME_ZONE_NOTICE =
	"This node uses the time zone in the workflow's settings, or n8n's own if none is set there. Set it to the school's.";

const namesOf = (all: ReadonlyArray<{ name: string }>) => all.map(({ name }) => name);
/** Lists differ by branch. */
const isFromList = (parameter: INodeProperties): boolean =>
	['resourceLocator', 'resourceMapper'].includes(parameter.type) ||
	parameter.typeOptions?.loadOptionsMethod !== undefined ||
	childrenOf(parameter).some(isFromList);
/** What a collection of the form offers. */
const offeredBy = (collection?: INodeProperties) => namesOf(collection ? childrenOf(collection) : []);

describe.each(actionTable)('the form of %s, %s', (value, operation) => {
	const entity = entityAt(value);
	const action = entity?.actions?.find(({ name }) => name === operation);
	const saves = ['create', 'update', 'upsert'].includes(operation);
	const isOverview = action?.kind === 'overview';
	const isList =
		operation === 'getAll' || ['getMany', 'freeSlots', 'participants'].includes(action?.kind ?? '');
	const matches = ['find', 'upsert'].includes(operation);
	const more = entity?.hasCustomFields ? ['json', 'map'] : [];
	const modes = saves ? ['form', ...more] : [undefined];
	const forms = modes.map((inputMode) =>
		formOf({ resource: value, operation, ...(inputMode === undefined ? {} : { inputMode }) }),
	);
	const [shown] = forms;
	const named = (name: string, form = shown) => form.find((parameter) => parameter.name === name);

	it('says by which time zone it decides exactly where it decides by a day or a time', () => {
		const decidesByTime = DECIDING_BY_TIME.includes(`${value}.${operation}`);
		for (const form of forms)
			expect(named('timeZoneNotice', form)?.displayName).toBe(decidesByTime ? TIME_ZONE_NOTICE : undefined);
	});

	it('begins with resource, operation and, unless an ID says it all, branch, and names nothing twice', () => {
		const saysAll =
			named('id') !== undefined && !shown.some((one) => one.name !== 'branchId' && isFromList(one));
		const isAsked = entity?.scope === 'branch' && !saysAll;
		const start = ['resource', 'operation', ...(isAsked ? ['branchId'] : [])];
		for (const form of forms) {
			expect(namesOf(form).slice(0, start.length)).toEqual(start);
			if (entity) expect(namesOf(form).includes('branchId')).toBe(isAsked);
			// An account may have one only.
			expect(named('branchId', form)?.required).toBeUndefined();
			expect(areUnique(namesOf(form))).toBe(true);
			expect(areUnique(form.map(({ displayName }) => displayName))).toBe(true);
		}
	});

	it('asks for what is wanted, then offers what is optional, then how it comes out, then options, and says the time zone last', () => {
		const LAST = ['simplify', 'options', 'timeZoneNotice'];
		const rank = ({ type, name }: INodeProperties) =>
			LAST.includes(name) ? 2 + LAST.indexOf(name) : type === 'collection' ? 1 : 0;
		for (const form of forms) {
			const ranks = form.map(rank);
			expect([namesOf(form), ranks]).toEqual([namesOf(form), [...ranks].sort()]);
		}
	});

	it('offers more than resource and operation, and asks for the ID where one record is meant', () => {
		const isAbout = action?.recordIdName !== undefined || addedResourceOf(action) !== undefined;
		const needsId = ['delete', 'get', 'update'].includes(operation) || isAbout || isOverview;
		for (const form of forms) {
			expect(form.length).toBeGreaterThan(2);
			const id = named('id', form);
			expect(id?.required).toBe(needsId ? true : undefined);
			if (needsId) {
				expect(id?.type).toBe(entity?.listed?.search ? 'resourceLocator' : 'string');
				expect(id?.displayName).toBe(entity?.listed?.search ? entity.label : `${entity?.label} ID`);
			}
		}
	});

	it('asks for the IDs that travel in the query exactly where they do', () => {
		for (const key of entity?.parentFields ?? []) {
			if (action) continue;
			const travels = entity?.operations.some((one) => one === operation);
			for (const form of forms) {
				const asked = named(key.name, form);
				expect([key.name, asked !== undefined]).toEqual([key.name, travels]);
				if (asked && key.type !== 'choice') expect(asked.required).toBe(true);
			}
		}
	});

	it('calls its collections as n8n does', () => {
		const allowed: Record<string, string> = {
			additionalFields: 'Additional Fields',
			updateFields: 'Update Fields',
			filters: 'Filters',
			options: 'Options',
			fieldsToSet: 'Fields',
		};
		for (const form of forms) {
			const collections = form.filter(({ type }) => type === 'collection');
			for (const { name, displayName } of collections) expect(displayName).toBe(allowed[name]);
		}
		expect(named('updateFields') !== undefined).toBe(operation === 'update');
		if (operation !== 'create' && !action) expect(named('additionalFields')).toBeUndefined();
	});

	it('has Return All and Limit exactly for a list, in n8n’s words', () => {
		const all = formOf({ resource: value, operation, returnAll: true });
		expect(namesOf(all)).not.toContain('limit');
		if (!isList) {
			expect([named('returnAll'), named('limit')]).toEqual([undefined, undefined]);
			return;
		}
		expect(named('returnAll')).toMatchObject({
			...{ displayName: 'Return All', type: 'boolean', default: false },
			description: 'Whether to return all results or only up to a given limit',
		});
		expect(named('limit')).toMatchObject({
			...{ displayName: 'Limit', type: 'number', default: 50, typeOptions: { minValue: 1 } },
			description: 'Max number of results to return',
		});
	});

	it('has Simplify exactly where wide records are read, in n8n’s words, and on', () => {
		const reads = ['get', 'getMany', 'participants'].includes(action?.kind ?? '') && !action?.outputFields;
		const shows = READING.includes(operation) || reads;
		const simplifies = entity?.simplifiedFields !== undefined && shows;
		expect(named('simplify') !== undefined).toBe(simplifies);
		if (!simplifies) return;
		expect(named('simplify')).toMatchObject({
			...{ displayName: 'Simplify', type: 'boolean', default: true },
			description: 'Whether to return a simplified version of the response instead of the raw data',
		});
	});

	it('offers every filter, the views beside them and what is asked for one at a time', () => {
		// Those of lists that share a resource have a test of their own.
		if (!entity) return;
		const { filters = [], hidden = {} } = operation === 'getAll' ? entity : { filters: [] };
		const { views = [], partition } = hidden;
		expect(offeredBy(named('filters')).sort()).toEqual(namesOf(filters).sort());
		for (const view of views) {
			expect(named(view.name)).toMatchObject({ type: 'options', default: view.default });
		}
		if (partition) expect(named(partition.name)).toMatchObject({ type: 'multiOptions', default: [] });
	});

	it('takes the fields of a record in a form and, where some are custom, as JSON or from a mapper', () => {
		const list = named('inputMode');
		expect(list !== undefined).toBe(saves && entity?.hasCustomFields === true);
		if (!saves || !entity) return;
		if (list) {
			const choices = choicesOf(list).map((choice) => choice.value);
			expect([list.default, choices.sort()]).toEqual(['form', [...modes].sort()]);
		}

		const ahead = entity.fields.filter(standsAlone);
		const [firstKey] = entity.match?.keys ?? [];
		const lacking = namesOf(ahead.filter(isLeftToUser)).filter((name) => !firstKey?.fields.includes(name));
		const keys = namesOf(entity.parentFields ?? []);
		const own: Record<string, string[]> = {
			form: {
				create: [
					...namesOf(ahead),
					...(value === 'regularLesson' ? ['duration'] : []),
					...(entity.fields.every((one) => standsAlone(one) || one.withoutParameter)
						? []
						: ['additionalFields']),
				],
				update: ['updateFields'],
				upsert: [...lacking, 'fieldsToSet'],
			}[operation as 'create'],
			json: ['json', 'jsonFields'],
			map: ['columns'],
		};
		const matched = operation === 'upsert' ? ['matchBy', ...(entity.match?.keys[0].fields ?? [])] : [];
		const besides = {
			create: ['options'],
			update: ['options'],
			upsert: ['options', ...matched],
		}[operation as 'create'];
		const start = ['resource', 'operation', 'branchId', 'id', 'inputMode', 'listMode'];
		const shared = new Set([...start, ...keys, ...besides]);
		modes.forEach((mode = '', index) => {
			const rest = namesOf(forms[index]).filter((name) => !shared.has(name));
			expect([mode, ...rest.sort()]).toEqual([mode, ...own[mode].sort()]);
		});
	});

	it('offers every writable field but what Branch says, and the custom ones where there are some', () => {
		const names = { create: 'additionalFields', update: 'updateFields', upsert: 'fieldsToSet' };
		if (!saves || !entity) return;
		const isApart = { create: standsAlone, upsert: isLeftToUser } as Record<
			string,
			(field: Field) => boolean
		>;
		const optional = entity.fields.filter((field) => !isApart[operation]?.(field) && !field.withoutParameter);
		const collection = named(names[operation as 'create']);
		if (collection) expect(offeredBy(collection)).not.toEqual([]);
		expect(offeredBy(collection).sort()).toEqual(
			[...namesOf(optional), ...(entity.hasCustomFields ? ['customFields'] : [])].sort(),
		);
	});

	it('asks by what a record is told exactly where it looks for one, and for the values of each key', () => {
		const { keys = [] } = entity?.match ?? {};
		expect(named('matchBy') !== undefined).toBe(matches || isOverview);
		if (!matches && !isOverview) return;
		expect(named('matchBy')?.default).toBe(isOverview ? 'id' : keys[0].name);
		for (const { name, fields, isOneFieldEnough, mayHaveCustomField } of isOverview
			? [...keys, byWholeName]
			: keys) {
			const form = formOf({ resource: value, operation, matchBy: name });
			const byName = fields.length === 0 || mayHaveCustomField ? ['matchField', 'matchValue'] : [];
			const wanted = [...fields, ...byName];
			for (const one of wanted)
				expect([one, named(one, form)?.required]).toEqual([one, isOneFieldEnough ? undefined : true]);
			const isOther = (one: string) => keys.some((key) => key.fields.includes(one)) && !wanted.includes(one);
			const needed = operation === 'upsert' ? namesOf((entity?.fields ?? []).filter(isLeftToUser)) : [];
			expect(namesOf(form).filter(isOther)).toEqual(needed.filter(isOther));
		}
	});

	it('lets policies be chosen where records are matched or changed, each safe by default', () => {
		const isBooking = operation === 'create' && value === 'lesson';
		const options = named('options');
		const addsToCustomer = addedResourceOf(action) !== undefined;
		const written = addsToCustomer ? (action?.fields ?? []) : (entity?.fields ?? []);
		const isLong =
			(entity?.simplifiedFields !== undefined || action) && written.some((field) => 'longest' in field);
		const shortens = isLong ? { shortenTexts: false } : {};
		const isNew = operation === 'create' || addsToCustomer;
		const hasOptions =
			(isNew && 'shortenTexts' in shortens) ||
			matches ||
			isBooking ||
			isOverview ||
			value === ACCOUNT ||
			(operation === 'update' && entity?.simplifiedFields !== undefined) ||
			action?.options !== undefined ||
			['bookLesson', 'freeSlots'].includes(action?.kind ?? '');
		expect(options !== undefined).toBe(hasOptions);
		if (!options || !entity) return;
		const preset = Object.fromEntries(childrenOf(options).map((one) => [one.name, one.default]));
		const branches = entity.match ? { searchBranches: [] } : {};
		const lists = entity.fields.some(({ type }) => LISTS.includes(type));
		const found = {
			...{ ifNone: 'refuse', ifSeveral: isOverview ? 'all' : 'refuse' },
			...{ ...branches, ...(entity.archive ? { archived: true } : {}) },
		};
		const presets = {
			create: isBooking ? { checkBusy: true, skipIfThere: true } : shortens,
			find: found,
			update: { overwriteWithEmpty: false },
			upsert: {
				...{ ifSeveral: 'refuse', ifKeyEmpty: 'refuse', overwriteWithEmpty: false, ...shortens },
				onlyForNew: [...(entity.match?.onlyForNew ?? [])],
				...(lists ? { listMode: 'add' } : {}),
				...(entity.archive ? { ifArchived: 'update' } : {}),
				...branches,
			},
			overview: { ...found, daysAhead: 30, last: 5, allNames: false, allTasks: false },
			bookLesson: { checkHours: true, skipIfThere: true, step: 30 },
			freeSlots: { otherBranches: false, past: false, step: 30 },
			// None of them is there until somebody adds it.
			moveToStage: { onlyIfInStage: [], neverBack: true },
		};
		const which = isNew ? 'create' : action?.kind;
		expect(preset).toEqual(presets[(which ?? operation) as keyof typeof presets]);
	});

	it('asks whether lists are replaced, and whether a second one is added, where that can be', () => {
		const hasLists = entity?.fields.some(({ type }) => LISTS.includes(type));
		const grows = action?.kind === 'change' && action.fields?.some(({ type }) => type === 'references');
		const updates = operation === 'update' && hasLists ? 'replace' : undefined;
		expect(named('listMode')?.default).toBe(grows ? 'add' : updates);
		// A second one is added only if that is chosen.
		expect(named('skipIfThere')?.default).toBe(addedResourceOf(action) ? true : undefined);
	});

	it('asks for the parameters of an action, the required ones outside of the collection', () => {
		if (!action) return;
		const all = [...(action.query ?? []), ...(action.fields ?? [])];
		const optional = all.filter(
			({ required, prominent, withoutParameter }) => !required && !prominent && !withoutParameter,
		);
		expect(offeredBy(named('additionalFields')).sort()).toEqual(namesOf(optional).sort());
		for (const field of all.filter((one) => one.required || one.prominent)) {
			const given = !field.required || field.type === 'choice' || field.type === 'flag' ? undefined : true;
			const form =
				field.name === 'date_to' ? formOf({ resource: value, operation, when: 'firstFree' }) : shown;
			expect([field.name, named(field.name, form)?.required]).toEqual([field.name, given]);
		}
	});
});

it('no two parameters of one name can be shown at once, whatever is chosen', () => {
	type Shown = Record<string, unknown[] | undefined>;
	const meet = (one: Shown, other: Shown) =>
		Object.entries(one).every(([name, values]) => {
			const others = other[name];
			return !values || !others || values.some((value) => others.includes(value));
		});
	const shows = description.properties.map(({ name, displayOptions = {} }) => {
		return { name, show: (displayOptions.show ?? {}) as Shown, hide: (displayOptions.hide ?? {}) as Shown };
	});
	/** Whether one is hidden wherever the other is shown. An expression, with which n8n shows whatever it may, decides about no tool. */
	const excludes = (show: Shown, hide: Shown) =>
		Object.entries(hide).some(([name, values = []]) => {
			const shown = show[name];
			return name === '@tool' && shown?.every((value) => values.includes(value));
		});
	const clashes = shows.filter(({ name, show, hide }, index) =>
		shows
			.slice(index + 1)
			.some(
				(other) =>
					other.name === name &&
					meet(show, other.show) &&
					!excludes(show, other.hide) &&
					!excludes(other.show, hide),
			),
	);
	expect(clashes).toEqual([]);
});

it.each([
	['customer', 'phone', ['name']],
	['customer', 'phoneAndName', []],
])('Create or Update asks by itself for what a new %s by %s needs', (resource, matchBy, needed) => {
	const asked = (mode: object) =>
		namesOf(formOf({ resource, operation: 'upsert', matchBy, ...mode })).filter((name) =>
			needed.includes(name),
		);
	expect(asked({})).toEqual(needed);
	expect(asked({ inputMode: 'json' })).toEqual([]);
});

it.each([
	[
		'customer',
		'getOverview',
		'The first in this order: active before archived, clients before leads, then the highest ID',
	],
])('of several that match, %s → %s says which is the first', (resource, operation, words) => {
	const { options = [] } = formOf({ resource, operation }).find(({ name }) => name === 'options') ?? {};
	const several = (options as INodeProperties[]).find(({ name }) => name === 'ifSeveral');
	const choices = (several?.options ?? []) as INodePropertyOptions[];
	expect(choices.find(({ value }) => value === 'newest')?.description).toBe(words);
});

it('Complete Lesson asks who was there before what to do about a completed lesson', () => {
	const form = formOf({ resource: 'lesson', operation: 'complete' });
	const asked = ['id', 'present_ids', 'absent_ids', 'details', 'if_completed'];
	expect(namesOf(form).slice(3)).toEqual([...asked, 'additionalFields']);
});

it('does not offer a model what is private, nor how much comes out', () => {
	const offered = parameters.filter(
		({ parameter: { name, noDataExpression, type } }) =>
			['leaveOut', 'returnAll', 'simplify'].includes(name) &&
			// n8n shows its button "let the model define" beside all else.
			!(noDataExpression || type === 'options'),
	);
	expect(offered.map(({ where }) => where)).toEqual([]);
});

it('asks for days without a time', () => {
	const form = formOf({ resource: 'pay', operation: 'createCorrection' });
	expect(form.find(({ name }) => name === 'document_date')).toMatchObject({
		type: 'dateTime',
		typeOptions: { dateOnly: true },
	});
});

describe.each([
	['referenceList', 'list'],
	['message', 'kind'],
])('the form of %s', (resource, by) => {
	const members = entities.filter(({ listedIn }) => listedIn === resource);

	it('lets one of its lists be chosen', () => {
		const [, , , choice] = formOf({ resource, operation: 'getAll' });
		expect(choice).toMatchObject({ name: by, type: 'options', noDataExpression: true });
		expect(choicesOf(choice).map(({ value }) => value)).toEqual(
			[...members].sort((a, b) => a.plural.localeCompare(b.plural)).map((one) => one.resource),
		);
	});

	it.each(members.map((entity) => [entity.resource, entity] as const))(
		'has the filters of %s, and asks how many are wanted',
		(value, { filters }) => {
			const form = formOf({ resource, operation: 'getAll', [by]: value });
			expect(namesOf(form)).toEqual(expect.arrayContaining(['branchId', 'returnAll', 'limit']));
			expect(offeredBy(form.find(({ name }) => name === 'filters')).sort()).toEqual(namesOf(filters).sort());
		},
	);
});

it.each([
	['check', ['options']],
	['dailyCheck', ['options', 'timeZoneNotice']],
	['tryWrites', ['writeTestLead', 'groupToTry', 'options']],
])('the form of the account, %s, asks for nothing that has to be filled', (operation, own) => {
	const form = formOf({ resource: ACCOUNT, operation });
	expect(namesOf(form)).toEqual(['resource', 'operation', ...own]);
	expect(form.filter(({ required }) => required)).toEqual([]);
});

it.each([false, true])(
	'the form of any call of the API asks for its parts, all pages or not: %s',
	(allPages) => {
		const form = formOf({ resource: API_CALL, operation: 'send', allPages });
		const parts = ['callBranch', 'callPath', 'callAction', 'callQuery', 'callBody', 'allPages'];
		expect(namesOf(form)).toEqual(['resource', 'operation', ...parts]);
		expect(namesOf(form.filter(({ required }) => required))).toEqual(['callPath', 'callAction']);
	},
);
