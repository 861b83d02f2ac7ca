import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { hasOrigin } from '../api/host';
import type { Choice, Field, FieldBasics, Filter, Wire } from '../entities/fieldTypes';
import { addressesIn, isBlank, isList, labelInForm, serialize } from '../fields/field';
import { quoted, UnreadableValue } from '../fields/unreadable';

/** A parameter as the form declares it: its label, its default, its choices and its bounds. */
export type Parameter = Pick<
	INodeProperties,
	'displayName' | 'name' | 'default' | 'options' | 'typeOptions'
>;

/**
 * Reads parameters of a node, each as the form declares it. A parameter that the node does not have
 * has the default of the form. A value that cannot be read is refused, with the label of the
 * parameter; it is never taken for something else.
 */
export abstract class ParameterReader {
	abstract readonly zone: string;
	/** The address of the AlfaCRM whose pages may stand in place of IDs. */
	abstract readonly origin: string;

	/**
	 * Returns the value that the node has, with expressions resolved, or the default if the node has
	 * none.
	 */
	abstract input(parameter: Parameter): unknown;

	/** Makes the error that refuses a value. */
	abstract unreadableError(message: string, label: string): Error;

	/** Returns the value of a field that has a parameter of its own. */
	inputOf({ name, label }: FieldBasics, byDefault: Parameter['default'] = ''): unknown {
		return this.input({ name, displayName: label, default: byDefault });
	}

	/** Reads a switch. */
	flag(parameter: Parameter): boolean {
		const field: Field = { type: 'flag', ...basicsOf(parameter) };
		return this.toWire(field, this.input(parameter)) === 1;
	}

	/** Reads one of the choices that the form declares. */
	choice<T extends string>(parameter: Parameter): T {
		const field: Field = {
			type: 'choice',
			choices: choicesOf(parameter),
			default: parameter.default as string,
			...basicsOf(parameter),
		};
		return this.toWire(field, this.input(parameter)) as T;
	}

	/**
	 * Reads some of the choices that the form declares. An empty list is no choice; another empty
	 * value is refused.
	 */
	choices(parameter: Parameter): string[] {
		const value = this.input(parameter);
		if (Array.isArray(value) && value.length === 0) return [];
		const field: Field = { type: 'choices', choices: choicesOf(parameter), ...basicsOf(parameter) };
		return this.toWire(field, value) as string[];
	}

	/** Reads a whole number within the bounds of the form. */
	integer(parameter: Parameter): number {
		const { minValue, maxValue } = parameter.typeOptions ?? {};
		const field: Field = {
			type: 'integer',
			...(minValue === undefined ? {} : { min: minValue }),
			...(maxValue ? { max: maxValue } : {}),
			...basicsOf(parameter),
		};
		return this.toWire(field, this.input(parameter)) as number;
	}

	/** @throws NodeOperationError if the parameter is empty */
	text(parameter: Parameter): string {
		return this.toWire({ type: 'text', ...basicsOf(parameter) }, this.input(parameter)) as string;
	}

	/**
	 * Reads the ID of a record. An address is refused, since it is not known which page would show
	 * the record.
	 */
	id(parameter: Parameter): number {
		return this.toWire({ type: 'id', ...basicsOf(parameter) }, this.input(parameter)) as number;
	}

	/**
	 * Reads the value of any field as AlfaCRM takes it. An empty value is refused; a caller for whom
	 * it means something asks before.
	 */
	toWire(field: Field | Filter, value: unknown): Wire {
		if (isList(field) && isBlank(field, value)) {
			const label = labelInForm(field);
			throw this.unreadableError(`'${label}' must be filled, but it is ${quoted(value)}`, label);
		}
		this.assertOwnAddresses(field, value);
		try {
			return serialize(field, value, this.zone);
		} catch (caught) {
			if (caught instanceof UnreadableValue)
				throw this.unreadableError(caught.message, caught.label);
			throw this.unreadableError(`'${field.label}' cannot be read`, field.label);
		}
	}

	/** Refuses the address of a page of another AlfaCRM, where the same ID is another record. */
	private assertOwnAddresses(field: Field | Filter, value: unknown): void {
		const addresses = addressesIn(field, value);
		const foreign = addresses.find(({ address }) => !hasOrigin(this.origin, address));
		if (foreign === undefined) return;
		const { label, address } = foreign;
		throw this.unreadableError(
			`'${label}' has an address that is not in the AlfaCRM of the credential: ${quoted(address)}`,
			label,
		);
	}
}

/** Reads the parameters that a user added to a collection such as 'Options'. */
export class Collection extends ParameterReader {
	readonly zone: string;
	readonly origin: string;

	/**
	 * @param owner reads the parameters of the node
	 * @param declared the parameter of the collection
	 * @param values what the user added, by parameter
	 */
	constructor(
		private readonly owner: ParameterReader,
		private readonly declared: Parameter,
		private readonly values: Readonly<Record<string, unknown>>,
	) {
		super();
		this.zone = owner.zone;
		this.origin = owner.origin;
	}

	/** Whether the user added a parameter. */
	has(name: string): boolean {
		return Object.hasOwn(this.values, name);
	}

	input({ name, default: byDefault }: Parameter): unknown {
		return this.has(name) ? this.values[name] : byDefault;
	}

	unreadableError(message: string, label: string): Error {
		return this.owner.unreadableError(message, label);
	}

	/** Returns what the form declares under a name. */
	parameter(name: string): Parameter {
		const options = (this.declared.options ?? []) as INodeProperties[];
		const parameter = options.find((option) => option.name === name);
		if (parameter === undefined) {
			throw new RangeError(`'${this.declared.displayName}' has no "${name}"`);
		}
		return parameter;
	}
}

function basicsOf({ name, displayName }: Parameter): FieldBasics {
	return { name, label: displayName };
}

function choicesOf({ options = [] }: Parameter): Choice[] {
	const choices = options as INodePropertyOptions[];
	return choices.map(({ name, value }) => ({ label: name, value: value as string }));
}
