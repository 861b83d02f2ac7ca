import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { hasOrigin } from '../api/host';
import { addressesIn, isBlank, isList, labelInForm, serialize } from '../fields/field';
import type { Choice, Field, FieldBasics, Filter, Wire } from '../entities/fieldTypes';
import { quoted, UnreadableValue } from '../fields/unreadable';

/** A parameter as the form declares it: its label, its default, its choices and its bounds are taken from there. */
export type Parameter = Pick<INodeProperties, 'displayName' | 'name' | 'default' | 'options' | 'typeOptions'>;

/**
 * Reads parameters of the node, each as what the form says that it is. One that is not there has the default of the
 * form; one that is there and cannot be read is refused by its label. Nothing is taken for something else.
 */
export abstract class ParameterReader {
	abstract readonly zone: string;
	/** The AlfaCRM whose pages may stand in place of IDs. */
	abstract readonly origin: string;

	/** What stands in the node, with expressions resolved; the default where nothing does. */
	abstract input(parameter: Parameter): unknown;

	/** The same for a field that has a parameter of its own. */
	inputOf({ name, label }: FieldBasics, byDefault: Parameter['default'] = ''): unknown {
		return this.input({ name, displayName: label, default: byDefault });
	}

	/** @returns the error that refuses a value */
	abstract unreadableError(message: string, label: string): Error;

	/** A switch. */
	flag(parameter: Parameter): boolean {
		return this.toWire({ type: 'flag', ...fieldOf(parameter) }, this.input(parameter)) === 1;
	}

	/** One of the form's choices. */
	choice<T extends string>(parameter: Parameter): T {
		const choices = choicesOf(parameter);
		const byDefault = parameter.default as string;
		return this.toWire(
			{ type: 'choice', choices, default: byDefault, ...fieldOf(parameter) },
			this.input(parameter),
		) as T;
	}

	/** Some of the form's choices; an empty list is none of them, an empty value is none that can be read. */
	choices(parameter: Parameter): string[] {
		const value = this.input(parameter);
		const field: Field = { type: 'choices', choices: choicesOf(parameter), ...fieldOf(parameter) };
		if (Array.isArray(value) && value.length === 0) return [];
		return this.toWire(field, value) as string[];
	}

	/** A whole number within the bounds of the form. */
	integer(parameter: Parameter): number {
		const { minValue, maxValue } = parameter.typeOptions ?? {};
		const bounds = {
			...(minValue === undefined ? {} : { min: minValue }),
			...(maxValue ? { max: maxValue } : {}),
		};
		return this.toWire(
			{ type: 'integer', ...bounds, ...fieldOf(parameter) },
			this.input(parameter),
		) as number;
	}

	/** @throws NodeOperationError when the parameter is empty */
	text(parameter: Parameter): string {
		return this.toWire({ type: 'text', ...fieldOf(parameter) }, this.input(parameter)) as string;
	}

	/** The number of a record; no address, since it is not known which page would show it. */
	id(parameter: Parameter): number {
		return this.toWire({ type: 'id', ...fieldOf(parameter) }, this.input(parameter)) as number;
	}

	/** Any value of any field. An empty one is refused; where it means something, the caller asks first. */
	toWire(field: Field | Filter, value: unknown): Wire {
		if (isList(field) && isBlank(field, value)) {
			const label = labelInForm(field);
			throw this.unreadableError(`'${label}' must be filled, but it is ${quoted(value)}`, label);
		}
		const foreign = addressesIn(field, value).find(({ address }) => !hasOrigin(this.origin, address));
		if (foreign !== undefined) {
			const { label, address } = foreign;
			const message = `'${label}' has an address that is not in the AlfaCRM of the credential: ${quoted(address)}`;
			throw this.unreadableError(message, label);
		}
		try {
			return serialize(field, value, this.zone);
		} catch (caught) {
			if (caught instanceof UnreadableValue) throw this.unreadableError(caught.message, caught.label);
			throw this.unreadableError(`'${field.label}' cannot be read`, field.label);
		}
	}
}

/** The parameters that a user added to a collection such as 'Options'. */
export class Collection extends ParameterReader {
	readonly zone: string;
	readonly origin: string;

	constructor(
		private readonly owner: ParameterReader,
		private readonly declared: Parameter,
		private readonly values: Readonly<Record<string, unknown>>,
	) {
		super();
		this.zone = owner.zone;
		this.origin = owner.origin;
	}

	input({ name, default: byDefault }: Parameter): unknown {
		return this.has(name) ? this.values[name] : byDefault;
	}

	has(name: string): boolean {
		return Object.hasOwn(this.values, name);
	}

	unreadableError(message: string, label: string): Error {
		return this.owner.unreadableError(message, label);
	}

	/** What the form declares under a name. */
	parameter(name: string): Parameter {
		const options = (this.declared.options ?? []) as INodeProperties[];
		const found = options.find((option) => option.name === name);
		if (found === undefined) throw new RangeError(`'${this.declared.displayName}' has no "${name}"`);
		return found;
	}
}

function fieldOf({ name, displayName }: Parameter) {
	return { name, label: displayName };
}

function choicesOf({ options = [] }: Parameter): Choice[] {
	return (options as INodePropertyOptions[]).map(({ name, value }) => ({
		label: name,
		value: value as string,
	}));
}
