import type { INodeProperties, IPollFunctions, IWebhookFunctions } from 'n8n-workflow';
import { NodeOperationError } from 'n8n-workflow';
import { DateTime } from 'luxon';

import { asNodeError } from '../api/failures';
import type { Field } from '../entities/fieldTypes';
import { entityOf } from '../entities/registry';
import { isEmpty } from '../fields/blank';
import { isBlank } from '../fields/field';
import { loadedFrom } from '../fields/reference';
import { quoted, unreadable, UnreadableValue } from '../fields/unreadable';
import type { Parameter } from '../operations/execution/parameters';
import { ParameterReader } from '../operations/execution/parameters';

/**
 * The parameters of a trigger. One that says nothing has the default of the form; one that cannot be read is refused, so
 * that no event is lost in silence.
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

	unreadable(message: string, label: string): Error {
		return asNodeError(this.context.getNode(), new UnreadableValue(message, label));
	}

	/** Records of a list that may be left empty. */
	ids(parameter: Parameter): number[] {
		return this.list(
			{ type: 'ids', name: parameter.name, label: parameter.displayName },
			parameter,
		) as number[];
	}

	/** The same of a short list, null for none of them where that is a choice. */
	references(parameter: Parameter, entity: string): Array<number | null> {
		const { name, displayName: label } = parameter;
		// The label is the form's own already, as that of a field that stands there.
		return this.list({ type: 'references', entity, name, label, prominent: true }, parameter) as Array<
			number | null
		>;
	}

	/** Several values; none where the parameter is left empty. */
	list(field: Field, parameter: Parameter): unknown[] {
		const value = this.input(parameter);
		return isBlank(field, value) ? [] : (this.read(field, value) as unknown[]);
	}

	/** Words of a list, or of one text with commas. */
	words(parameter: Parameter): string[] {
		const value = this.input(parameter);
		const texts = [value].flat().filter((item) => item !== null && item !== undefined);
		if (!texts.every((item) => typeof item === 'string'))
			throw asNodeError(this.context.getNode(), unreadable({ label: parameter.displayName }, 'names', value));
		return texts
			.flatMap((text) => text.split(','))
			.map((word) => word.trim())
			.filter((word) => word !== '');
	}
}

/** Some records of an entity, such as branches; of what differs by branch, those of the first that is watched. */
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
		loadOptionsMethod: loadedFrom(entity)?.loadOptionsMethod,
		...(entityOf(entity).scope === 'branch' ? { loadOptionsDependsOn: ['branchIds'] } : {}),
	},
	default: [],
	description: `${description}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
});

/** A parameter that stands in a collection, as n8n finds it. */
export const within = ({ name }: Pick<Parameter, 'name'>, inner: INodeProperties): INodeProperties => ({
	...inner,
	name: `${name}.${inner.name}`,
});

export const inOptions = (inner: INodeProperties): INodeProperties => within({ name: 'options' }, inner);
