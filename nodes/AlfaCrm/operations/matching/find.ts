import type { INodeProperties } from 'n8n-workflow';

import type { Entity } from '../../entities/types';
import { collection } from '../../form/assemble';
import type { Operation } from '../operation';
import { incompleteListError } from '../records/readList';
import { nameSourceOf } from '../output/nameLists';
import { readingForm, readingOutput, readingSchema } from '../output/readings';
import { targetOf } from '../records/target';
import { searchBranches, searchedBranches } from './branches';
import { newestFirst } from './decide';
import { emptyKeyError, keyOf, matchForm, searchOf } from './keys';
import { findMatches, withArchived } from './search';
import { severalMatchError } from './several';

function findOptions(entity: Entity): INodeProperties {
	const noun = entity.label.toLowerCase();
	const archived: INodeProperties = {
		displayName: 'Include Archived',
		name: 'archived',
		type: 'boolean',
		default: true,
		description: 'Whether to find archived ones too; they come after the active ones',
	};
	return collection(
		'Options',
		'options',
		[
			...(entity.archive ? [archived] : []),
			{
				displayName: 'If None Matches',
				name: 'ifNone',
				type: 'options',
				options: [
					{ name: 'Return an Item', value: 'item', description: 'With matchFound set to false' },
					{ name: 'Return Nothing', value: 'nothing', description: 'The workflow goes on without an item' },
					{ name: 'Stop', value: 'refuse', description: `Say that there is no such ${noun}` },
				],
				default: 'refuse',
			},
			{
				displayName: 'If Several Match',
				name: 'ifSeveral',
				type: 'options',
				options: [
					{ name: 'Return All', value: 'all', description: 'One item for each' },
					{ name: 'Return the Newest', value: 'newest', description: 'The one with the highest ID' },
					{ name: 'Stop', value: 'refuse', description: 'Name their IDs' },
				],
				default: 'all',
			},
			...searchBranches(entity),
		],
		'Add Option',
	);
}

/** Finds records as Create or Update does, and leaves them as they are. Active ones come first, then the newest. */
export const find: Operation = {
	text: ({ one }, entity) => ({
		name: 'Find',
		action: `Find ${one}`,
		description: `Find ${one} by ${keysInWords(entity)}`,
	}),
	form: (entity) => ({
		match: matchForm(entity),
		simplify: readingForm(entity),
		findOptions: [findOptions(entity)],
	}),
	async execute(item, entity) {
		const key = keyOf(item, entity);
		const search = searchOf(item, entity, key);
		const show = readingOutput(item, entity);
		const options = item.collection(findOptions(entity));
		const ifNone = options.choice(options.parameter('ifNone'));
		const ifSeveral = options.choice(options.parameter('ifSeveral'));
		const takesArchived = !entity.archive || options.flag(options.parameter('archived'));
		if (!search.isEnough) throw emptyKeyError(item, entity, key);

		const target = targetOf(item, entity, 'find');
		const places = await searchedBranches(item, entity, target, options);
		const { matches, incomplete } = await findMatches(item, entity, target, search, places);
		const all = newestFirst(await withArchived(item, entity, target, matches));
		for (const { row } of all.filter(({ archived }) => archived === undefined)) {
			item.run.hints.add(
				`AlfaCRM's list of archived ${entity.plural.toLowerCase()} did not come whole, so one that was found may be archived`,
				`${entity.label.toLowerCase()} ${String(row.id)}`,
			);
		}
		const active = all.filter(({ archived }) => !archived);
		const found = takesArchived ? [...active, ...all.filter(({ archived }) => archived)] : active;

		if (found.length === 0 && ifNone === 'nothing') return [];
		if (found.length === 0 && ifNone === 'item') return [{ matchFound: false }];
		if (found.length === 0 && incomplete !== undefined) {
			throw incompleteListError(item, incomplete, `whether there is such a ${entity.label.toLowerCase()}`);
		}
		if (found.length === 0) {
			throw item.failed(
				`AlfaCRM has no ${takesArchived ? '' : 'active '}${entity.label.toLowerCase()} with this ${key.label.toLowerCase()}`,
				"Check the value, or choose in 'If None Matches' to go on without one.",
				404,
			);
		}
		if (found.length > 1 && ifSeveral === 'refuse') throw severalMatchError(item, entity, key, found);
		return await show(ifSeveral === 'newest' ? found.slice(0, 1) : found, nameSourceOf(item));
	},
	output: readingSchema,
};

/** "phone, email or another key", or all of a few. */
function keysInWords({ match }: Entity): string {
	const { keys } = match ?? { keys: [] };
	const single = keys.filter(({ fields }) => fields.length === 1).map(({ label }) => label);
	const names = single.map((name) => (name === 'ID' ? name : name.toLowerCase()));
	const isAll = names.length === keys.length;
	const last = isAll ? names.pop() : 'another key';
	return `${names.slice(0, isAll ? names.length : 2).join(', ')} or ${last ?? ''}`;
}
