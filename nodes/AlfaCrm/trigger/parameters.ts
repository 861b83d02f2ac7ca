/** Reads the parameters of both triggers, and makes those in which a user chooses records. */

import type { INodeProperties, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { ApiClient } from '../api/client';
import { asNodeError, hasStatus } from '../api/failures';
import { makeListReader } from '../api/list';
import { entityOf } from '../entities/registry';
import type { Entity } from '../entities/types';
import { isEmpty } from '../fields/blank';
import { isBlank } from '../fields/field';
import { makeListOptions, picker } from '../fields/reference';
import { quoted, unreadable, UnreadableValue } from '../fields/unreadable';
import type { Parameter } from '../form/parameters';
import { ParameterReader } from '../form/parameters';
import type { ShortList } from '../store/shortList';
import { readShortList } from '../store/shortList';
import type { NameLookup } from '../run/nameLookup';
import { replaceNames } from '../run/nameLookup';
import { readActiveBranches } from './branches';

/**
 * Reads the parameters of a trigger. An empty parameter has the default of the form. A value that
 * cannot be read is refused: a trigger that ignored it would lose events, and nobody would notice.
 */
export class TriggerParameters extends ParameterReader {
	/** The time zone of the workflow as n8n gives it; `dayZone` also checks that it is one. */
	readonly zone: string;
	/**
	 * The address of the account is not needed: in a trigger, a user gives records by ID or name,
	 * never by the address of a page.
	 */
	readonly origin = '';

	constructor(private readonly context: IPollFunctions | IWebhookFunctions) {
		super();
		this.zone = context.getTimezone();
	}

	/**
	 * The time zone of the workflow, such as `Europe/Moscow`, for events that count days by it.
	 *
	 * @throws NodeOperationError if there is no such time zone
	 */
	get dayZone(): string {
		const isTimeZone = DateTime.fromMillis(0, { zone: this.zone }).isValid;
		if (isTimeZone) return this.zone;

		const message = `The workflow's time zone is none: ${quoted(this.zone)}`;
		const description =
			"Choose another one in the workflow's settings. If it has none of its own there, set GENERIC_TIMEZONE of n8n right.";
		throw new NodeOperationError(this.context.getNode(), message, { description });
	}

	/** Returns the value of a parameter, or the default of the form if the value is empty. */
	readRawValue(parameter: Parameter): unknown {
		// The type of n8n's function names objects only, but it takes a default of any type.
		const defaultValue = parameter.default as object;
		const value: unknown = this.context.getNodeParameter(parameter.name, defaultValue);
		return isEmpty(value) ? parameter.default : value;
	}

	unreadableError(message: string, label: string): Error {
		return asNodeError(this.context.getNode(), new UnreadableValue(message, label));
	}

	/**
	 * Reads the IDs of records that the user gives by ID or by name, such as "3, Trial lesson". To
	 * find the ID of a name, the list of the entity is read from AlfaCRM.
	 *
	 * @param entity the resource of the records, such as `leadStatus`
	 * @param watchedBranches the branches that the user chose. A list that differs by branch is read
	 * in the first of them that can be read.
	 * @returns an empty list if nothing is chosen; null in place of an ID for the choice "none"
	 */
	async readRecordIds(
		parameter: Parameter,
		entity: string,
		watchedBranches: readonly number[] = [],
	): Promise<Array<number | null>> {
		const field = {
			type: 'references',
			entity,
			name: parameter.name,
			label: parameter.displayName,
			// The field stands in the form by itself, so errors use its label unchanged.
			prominent: true,
		} as const;
		const input = this.readRawValue(parameter);
		const lookup = this.makeNameLookup(watchedBranches);
		const inputWithIds = await replaceNames(lookup, field, input);

		const isNothingChosen = isBlank(field, inputWithIds);
		if (isNothingChosen) return [];

		return this.toRequestValue(field, inputWithIds) as Array<number | null>;
	}

	/** Reads the IDs of records that the user gives by ID only. Nothing is asked of AlfaCRM. */
	readIds(parameter: Parameter): number[] {
		const field = { type: 'ids', name: parameter.name, label: parameter.displayName } as const;
		const input = this.readRawValue(parameter);
		if (isBlank(field, input)) return [];

		return this.toRequestValue(field, input) as number[];
	}

	/**
	 * Reads the words that the user gives in one text or in a list of texts. Commas separate the words
	 * of a text: "create, update" has two.
	 */
	readWords(parameter: Parameter): string[] {
		const input = this.readRawValue(parameter);
		const inputs = Array.isArray(input) ? (input as unknown[]) : [input];

		const words: string[] = [];
		for (const text of inputs) {
			if (text === null || text === undefined) continue;
			if (typeof text !== 'string') throw this.makeNotNamesError(parameter, input);

			for (const part of text.split(',')) {
				const word = part.trim();
				if (word !== '') words.push(word);
			}
		}
		return words;
	}

	/** Makes the error for a value that should be names, but is something else, such as a number. */
	private makeNotNamesError(parameter: Parameter, input: unknown): Error {
		const error = unreadable({ label: parameter.displayName }, 'names', input);
		return asNodeError(this.context.getNode(), error);
	}

	/** Makes the access to AlfaCRM's lists that is needed to replace names by IDs. */
	private makeNameLookup(watchedBranches: readonly number[]): NameLookup {
		const node = this.context.getNode();
		const client = new ApiClient(this.context);
		return {
			readList: async (entity) => await this.readNames(client, entity, watchedBranches),
			error: (message, description) => new NodeOperationError(node, message, { description }),
		};
	}

	/**
	 * Reads a list of records with their names and IDs, such as all stages, to find the ID of a name
	 * that the user has entered. Tries one branch after the other until the list can be read.
	 *
	 * @returns undefined if AlfaCRM does not show the list to this user, or if the account has no
	 * branch to read it in
	 * @throws NodeApiError if it cannot be read for another reason
	 */
	private async readNames(
		client: ApiClient,
		entity: Entity,
		watchedBranches: readonly number[],
	): Promise<ShortList | undefined> {
		const branches = await this.listBranchesFor(client, entity, watchedBranches);
		const reader = makeListReader(client);

		let lastFailure: unknown;
		for (const branch of branches) {
			try {
				return await readShortList(reader, entity, branch);
			} catch (caught) {
				lastFailure = caught;
			}
		}

		const hasNoBranch = branches.length === 0;
		const isForbidden = hasStatus(lastFailure, 403);
		if (hasNoBranch || isForbidden) return undefined;

		throw asNodeError(this.context.getNode(), lastFailure);
	}

	/**
	 * Lists the branches in which the list of an entity can be read: those that are watched, or else
	 * all active branches. Returns `[undefined]` if the list is the same in all branches, because it
	 * is read without a branch.
	 */
	private async listBranchesFor(
		client: ApiClient,
		entity: Entity,
		watchedBranches: readonly number[],
	): Promise<ReadonlyArray<number | undefined>> {
		const isSameInAllBranches = entity.scope !== 'branch';
		if (isSameInAllBranches) return [undefined];
		if (watchedBranches.length > 0) return watchedBranches;

		const { branches: activeBranches } = await readActiveBranches(client, Date.now());
		return activeBranches;
	}
}

/** A parameter in which the user chooses several records of an entity. */
interface RecordParameter {
	displayName: string;
	name: string;
	/** The resource of the records. */
	entity: string;
	/** Without the full stop at its end. */
	description: string;
}

/**
 * Makes a list in which the user ticks records, for a collection of parameters such as 'Filters'.
 * If AlfaCRM has another list in each branch, n8n shows that of the first watched branch, and loads
 * it anew when the user changes 'Branch'.
 */
export function makeMultiSelect(parameter: RecordParameter): INodeProperties {
	const { displayName, name, entity, description } = parameter;
	const typeOptions: INodeProperties['typeOptions'] = {
		loadOptionsMethod: makeListOptions(entity)?.loadOptionsMethod,
	};
	const dependsOnBranch = entityOf(entity).scope === 'branch';
	if (dependsOnBranch) typeOptions.loadOptionsDependsOn = ['branchIds'];

	return {
		displayName: `${displayName} Names or IDs`,
		name,
		type: 'multiOptions',
		typeOptions,
		default: [],
		description: `${description}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
	};
}

/**
 * Makes a picker in which the user chooses records, for the form outside of a collection. n8n loads
 * the list of a picker when the user opens it. The list of a multi-select would be loaded only once,
 * when the node is added and has no credential yet.
 */
export function makeRecordPicker(parameter: RecordParameter): INodeProperties {
	const { displayName, name, entity, description } = parameter;
	return {
		displayName,
		name,
		...picker(entityOf(entity), { several: true, byName: true }),
		description: `${description}. Several can be given by name or ID, separated by commas.`,
	};
}

/**
 * Returns a parameter of a collection with the name by which n8n finds its value, such as
 * `options.maxPerPoll`.
 */
export function withCollectionPath(
	collection: Pick<Parameter, 'name'>,
	parameter: INodeProperties,
): INodeProperties {
	return { ...parameter, name: `${collection.name}.${parameter.name}` };
}

/** Returns a parameter of the collection 'Options', as `withCollectionPath` does. */
export const withOptionsPath = (parameter: INodeProperties): INodeProperties =>
	withCollectionPath({ name: 'options' }, parameter);
