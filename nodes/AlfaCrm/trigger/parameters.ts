import type { INodeProperties, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { ApiClient } from '../api/client';
import { asNodeError, hasStatus } from '../api/failures';
import { listReader } from '../api/list';
import { entityOf } from '../entities/registry';
import { isEmpty } from '../fields/blank';
import { isBlank } from '../fields/field';
import { makeListOptions, picker } from '../fields/reference';
import { quoted, unreadable, UnreadableValue } from '../fields/unreadable';
import type { Parameter } from '../form/parameters';
import { ParameterReader } from '../form/parameters';
import { readShortList } from '../store/shortList';
import type { NameLookup } from '../run/nameLookup';
import { replaceNames } from '../run/nameLookup';
import { accountBranches } from './branches';

/**
 * The parameters of a trigger. One that says nothing has the default of the form; one that cannot
 * be read is refused, so that no event is lost in silence.
 */
export class TriggerParameters extends ParameterReader {
	readonly zone: string;
	/** Its lists take numbers only, no addresses. */
	readonly origin = '';

	constructor(private readonly context: IPollFunctions | IWebhookFunctions) {
		super();
		this.zone = context.getTimezone();
	}

	/** The time zone by which days are counted. */
	get dayZone(): string {
		if (DateTime.fromMillis(0, { zone: this.zone }).isValid) return this.zone;
		const message = `The workflow's time zone is none: ${quoted(this.zone)}`;
		const description =
			"Choose another one in the workflow's settings. If it has none of its own there, set GENERIC_TIMEZONE of n8n right.";
		throw new NodeOperationError(this.context.getNode(), message, { description });
	}

	input({ name, default: byDefault }: Parameter): unknown {
		const value: unknown = this.context.getNodeParameter(name, byDefault as object);
		return isEmpty(value) ? byDefault : value;
	}

	unreadableError(message: string, label: string): Error {
		return asNodeError(this.context.getNode(), new UnreadableValue(message, label));
	}

	/**
	 * Records of a short list that may be left empty, by their IDs or names; null for none of them
	 * where that is a choice. Only a name costs a request.
	 *
	 * @param watched the branches that were chosen: a list that differs by branch is read in the
	 * first that can be read
	 */
	async references(
		parameter: Parameter,
		entity: string,
		watched: readonly number[] = [],
	): Promise<Array<number | null>> {
		const { name, displayName: label } = parameter;
		// The label is the form's own already, as that of a field that stands there.
		const field = { type: 'references', entity, name, label, prominent: true } as const;
		const value = await replaceNames(this.lookupIn(watched), field, this.input(parameter));
		return isBlank(field, value) ? [] : (this.toRequestValue(field, value) as Array<number | null>);
	}

	/** Records by their IDs alone, for which nothing is asked. */
	ids(parameter: Parameter): number[] {
		const field = { type: 'ids', name: parameter.name, label: parameter.displayName } as const;
		const value = this.input(parameter);
		return isBlank(field, value) ? [] : (this.toRequestValue(field, value) as number[]);
	}

	private lookupIn(watched: readonly number[]): NameLookup {
		const node = this.context.getNode();
		const client = new ApiClient(this.context);
		return {
			readList: async (entity) => {
				const ofAccount = async () => (await accountBranches(client, Date.now())).branches;
				const inBranches = async () => (watched.length > 0 ? watched : await ofAccount());
				const branches = entity.scope === 'branch' ? await inBranches() : [undefined];
				let failure: unknown;
				// One branch that cannot be read stops no other.
				for (const branch of branches) {
					try {
						return await readShortList(listReader(client), entity, branch);
					} catch (caught) {
						failure = caught;
					}
				}
				if (failure === undefined || hasStatus(failure, 403)) return undefined;
				throw asNodeError(node, failure);
			},
			error: (message, description) => new NodeOperationError(node, message, { description }),
		};
	}

	/** Words of a list, or of one text with commas. */
	words(parameter: Parameter): string[] {
		const value = this.input(parameter);
		const texts = [value].flat().filter((item) => item !== null && item !== undefined);
		if (!texts.every((item) => typeof item === 'string'))
			throw asNodeError(
				this.context.getNode(),
				unreadable({ label: parameter.displayName }, 'names', value),
			);
		return texts
			.flatMap((text) => text.split(','))
			.map((word) => word.trim())
			.filter((word) => word !== '');
	}
}

/**
 * Some records of an entity, such as branches; of what differs by branch, those of the first that
 * is watched.
 */
export const severalOf = (
	displayName: string,
	name: string,
	entity: string,
	description: string,
): INodeProperties => ({
	displayName: `${displayName} Names or IDs`,
	name,
	type: 'multiOptions',
	typeOptions: {
		loadOptionsMethod: makeListOptions(entity)?.loadOptionsMethod,
		...(entityOf(entity).scope === 'branch' ? { loadOptionsDependsOn: ['branchIds'] } : {}),
	},
	default: [],
	description: `${description}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
});

/**
 * The same where it stands in the form as soon as the node is added: n8n fills a multi-select once,
 * before the node has its credential, and a locator when it is opened.
 */
export const pickedOf = (
	displayName: string,
	name: string,
	entity: string,
	description: string,
): INodeProperties => ({
	displayName,
	name,
	...picker(entityOf(entity), { several: true, byName: true }),
	description: `${description}. Several can be given by name or ID, separated by commas.`,
});

/** A parameter that stands in a collection, as n8n finds it. */
export const within = (
	{ name }: Pick<Parameter, 'name'>,
	inner: INodeProperties,
): INodeProperties => ({
	...inner,
	name: `${name}.${inner.name}`,
});

export const inOptions = (inner: INodeProperties): INodeProperties =>
	within({ name: 'options' }, inner);
