import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { hasStatus } from '../../api/failures';
import { readId, readMoment } from '../../values/formats';
import { MINUTE_MS } from '../../values/time';
import { entityOf } from '../../entities/registry';
import type { CreateIfAbsent, Entity } from '../../entities/types';
import { isEmpty } from '../../fields/blank';
import { valueIfMissing, isBlank, listOf, sameValue } from '../../fields/field';
import type { Field } from '../../entities/fieldTypes';
import { showWhen } from '../../form/assemble';
import { wholeNumber } from '../../form/wholeNumber';
import { CachedList } from '../execution/cachedList';
import { findOrCreate } from '../execution/findOrCreate';
import type { LockKey } from '../execution/execution';
import type { Item } from '../execution/item';
import { authored } from '../records/author';
import { bodyOf, shortensTexts, textOptions } from '../records/body';
import type { Branch } from '../records/branches';
import { inEachBranch } from '../records/branches';
import { forOwner } from '../records/owner';
import { fallbackDatesOf } from '../execution/fallbackDates';
import { incompleteListError, readWholeList } from '../records/readList';
import { findById, listIn, passesOf } from '../records/findById';
import { report, reportSchema } from '../output/report';
import { simplified, simplifiedSchema, simplifyForm } from '../output/simplify';
import type { Target } from '../records/target';
import { branchesOf, idOf, labelsOf, targetOf } from '../records/target';
import type { ActionKind } from './kind';
import { readFields } from './fields';

/** What is to be created, and for whom. */
interface Creation {
	item: Item;
	/** The kind of what is added. */
	other: Entity;
	creates: CreateIfAbsent;
	target: Target;
	/** Where the same one would be. */
	branches: readonly Branch[];
	/** Other branches of the owner, in which it may be. */
	others: readonly Branch[];
	/** The record that it is added to, by the name under which its ID travels. */
	link: { name: string; id: number };
	body: IDataObject;
	/** What the user gave of it that does not change afterwards, and so what a duplicate agrees in. */
	compared: readonly Field[];
	/** How old the same may be, where that counts. */
	withinMinutes: number;
}

const skipIfThere: INodeProperties = {
	displayName: 'Skip If It Already Exists',
	name: 'skipIfThere',
	type: 'boolean',
	default: true,
	description: 'Whether to look for the same one first and return it instead of adding another',
};

const sameWithin = showWhen(
	wholeNumber({
		displayName: 'Same Within (Minutes)',
		name: 'sameWithin',
		min: 1,
		default: 10,
		description:
			"How long the same comment counts as a repeat; after that it is added again. AlfaCRM's times have no zone, so set the time zone of the workflow to the school's.",
	}),
	{ skipIfThere: [true] },
);

/** Adds something to a record, such as a payment, unless the same was added before. */
export const createIfAbsent: ActionKind<'createIfAbsent'> = {
	form: (_entity, { body, creates }) => ({
		skipIfThere: [skipIfThere, ...(creates.recentBy ? [sameWithin] : [])],
		simplify: simplifyForm(entityOf(creates.entity)),
		options: textOptions(body ?? []),
	}),
	async execute(item, entity, action) {
		const { creates } = action;
		const { branch } = targetOf(item, entity);
		const id = idOf(item, entity);
		const other = entityOf(creates.entity);
		const name = action.idAs ?? 'id';
		const link = { [name]: creates.link === 'list' ? [id] : id };
		const query = creates.link === 'query' ? { ...creates.query, ...link } : {};
		const fields = action.body ?? [];
		const input = readFields(item, fields);
		const [options] = textOptions(fields);
		const shortens = shortensTexts(options && item.collection(options));
		const own = bodyOf(item, fields, input, branch, shortens);
		const given = { ...link, ...query, ...own, ...action.fixed };
		const skips = item.flag(skipIfThere);
		const withinMinutes = creates.recentBy && skips ? item.integer(sameWithin) : 0;
		const show = simplified(item, other);

		// The form has the record itself under its own label.
		const labels = labelsOf([...other.fields, ...fields, { name, label: entity.label }]);
		const fallbackDates = fallbackDatesOf(other.fields);
		const { mutable = [] } = creates;
		// The branch of the same one may be another if nobody gave it, for its owner may have moved.
		const givenFor = ({ name, fromBranch }: Field) => (fromBranch ? input : given)[name];
		const isCompared = (field: Field) => !isBlank(field, givenFor(field)) && !mutable.includes(field.name);
		const compared = [...other.fields, ...(other.keys ?? [])].filter(isCompared);

		const lock: LockKey = [entity.path, id, other.path];
		return await item.withLock([lock], async () => {
			const placed = await forOwner(item, { fields, input, body: given, branch }, { entity, id });
			const target = { path: other.path, branch: placed.branch, query, labels, fallbackDates };
			const { body, homes = [] } = placed;
			const branches = [...new Set([branch, ...branchesOf(target.branch, other.fields, body)])];
			const others = homes.filter((one) => !branches.includes(one));
			const creation = {
				...{ item, other, creates, target, branches, others, body, compared, withinMinutes },
				link: { name, id },
			};
			const create = async () => {
				await assertOwned(creation, entity);
				const task = `create the ${other.label.toLowerCase()}`;
				const all = await authored(item, fields, body, target.branch);
				const model = await item.save({ ...target, action: 'create', body: all, task }, [lock]);
				return report(show, { ...all, ...model }, 'created', Object.keys(all));
			};
			if (!skips) return [await create()];
			const find = async () => await findDuplicate(creation, entity);
			const { found, created } = await findOrCreate(item, find, create);
			if (found === undefined) return [created];
			item.execution.hints.add(
				'It already exists, so it was not added again',
				`${other.label.toLowerCase()} ${String(found.id)}${creates.recentBy ? ` of ${String(found[creates.recentBy])}` : ''}`,
			);
			return [report(show, found, 'unchanged', [])];
		});
	},
	output: (_entity, { creates }) => reportSchema(simplifiedSchema(entityOf(creates.entity))),
};

/** What names a record of somebody else has mistaken one of both. A list that did not come whole tells nothing. */
async function assertOwned(
	{ item, creates, target, link, body }: Creation,
	{ label }: Entity,
): Promise<void> {
	for (const [name, resource] of Object.entries(creates.owned ?? {})) {
		const id = readId(body[name]);
		if (id === undefined) continue;
		const other = entityOf(resource);
		const query = { [link.name]: link.id };
		const where = { path: other.path, branch: target.branch, query, labels: target.labels };
		const isMissing = await findById(item, other, id, where).then(
			({ record, isConclusive }) => record === undefined && isConclusive,
			(caught) => {
				// Who may take payments need not be allowed to see subscriptions.
				if (hasStatus(caught, 403)) return false;
				throw item.asError(caught);
			},
		);
		if (!isMissing) continue;
		throw item.refused(
			`AlfaCRM lists no ${other.label.toLowerCase()} ${id} of ${label.toLowerCase()} ${link.id}`,
			`Correct '${label}', or '${target.labels[name] ?? name}', or run it again if it was added a moment ago. ${item.savedNote()}`,
		);
	}
}

/** A record that agrees in everything that was given and tells it from others. */
async function findDuplicate(creation: Creation, entity: Entity): Promise<IDataObject | undefined> {
	const { item, other, branches, others } = creation;
	const look = async (branch: Branch) =>
		(await candidates(creation, entity, branch)).find((row) => isDuplicate(creation, row));
	for (const branch of branches) {
		const row = await look(branch);
		if (row) return row;
	}
	// One that is closed, or not for this user, must not keep the customer from paying.
	const { found, unread } = await inEachBranch(item, others, undefined, look, true);
	if (unread === undefined) return found;
	throw incompleteListError(item, listIn(other, unread), `that this ${other.label.toLowerCase()} is new`);
}

/** The rows among which a duplicate would be. A list that is not of this record alone serves the other items too. */
async function candidates(creation: Creation, entity: Entity, branch: Branch): Promise<IDataObject[]> {
	const { item, other, creates, target, link, body } = creation;
	const filters: IDataObject = {};
	for (const [filter, field] of Object.entries(creates.filterBy ?? {})) {
		if (body[field] !== undefined) filters[filter] = body[field];
	}
	for (const [field, filter] of Object.entries(creates.filterWhenEmpty ?? {})) {
		if (body[field] === undefined) Object.assign(filters, filter);
	}
	const task = `look for the same ${other.label.toLowerCase()}`;
	const read = async (): Promise<IDataObject[]> => {
		const rows: IDataObject[] = [];
		for (const pass of passesOf(other)) {
			const call = { ...target, branch, body: { ...target.query, ...filters, ...pass }, task };
			for (const row of await readWholeList(item, other, call)) rows.push(row);
		}
		return rows;
	};
	if (creates.link !== 'list') return await read();
	const filtered = [...Object.values(creates.filterBy ?? {}), ...Object.keys(creates.filterWhenEmpty ?? {})];
	const isListed = (row: IDataObject, written: Branch) =>
		branchesOf(written, other.fields, row).includes(branch) &&
		other.fields
			.filter(({ name }) => filtered.includes(name))
			.every((field) => sameValue(field, row[field.name], body[field.name], item.zone));
	const name = JSON.stringify([branch, filters]);
	const list = await item.execution.cached(
		other.path,
		name,
		async () => new CachedList(await read(), isListed),
	);
	const linkField: Field = { type: 'id', entity: entity.resource, name: link.name, label: entity.label };
	return list.having(linkField, link.id);
}

function isDuplicate(creation: Creation, row: IDataObject): boolean {
	const { item, other, creates, body, compared, link, withinMinutes } = creation;
	const { ignoreWhen = {}, filterWhenEmpty = {}, shownAs = {}, recentBy } = creates;
	// AlfaCRM may ignore the filter that stands for an empty field.
	const isEmptyToo = (name: string) => body[name] !== undefined || listOf(row[name]).length === 0;
	if (!Object.keys(filterWhenEmpty).every(isEmptyToo)) return false;
	const isIgnored = ({ name, ...field }: Field) =>
		name in ignoreWhen && sameValue(field, row[name], ignoreWhen[name], item.zone);
	if (other.fields.some(isIgnored)) return false;
	const isSame = compared.every((field) => {
		const held = row[field.name];
		// What AlfaCRM does not show at all cannot differ; a customer among others of a task is in it.
		if (held === undefined) return field.name !== link.name;
		if (field.name === link.name) return listOf(held).some((one) => readId(one) === link.id);
		const isWanted = (value: unknown) => sameValue(field, value, body[field.name], item.zone);
		// Some accounts show no 0 where a switch is off.
		return isWanted(isEmpty(held) ? valueIfMissing(field) : held) || isWanted(row[shownAs[field.name]]);
	});
	return isSame && (recentBy === undefined || isRecent(item, row[recentBy], withinMinutes));
}

/** What shows no time counts, for it may be new. */
function isRecent({ execution, zone }: Item, stamp: unknown, minutes: number): boolean {
	const moment = readMoment(stamp, zone);
	const age = moment === undefined ? 0 : (Date.now() - moment) / MINUTE_MS;
	if (age < -minutes)
		execution.hints.add(
			"The same comment has a time in the future, so the time zone of this workflow is not the school's. Correct it in the workflow settings, or repeats are added again",
			zone,
		);
	return Math.abs(age) <= minutes;
}
