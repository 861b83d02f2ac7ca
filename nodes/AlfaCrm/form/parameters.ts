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
 * Reads parameters of a node. A call names a parameter by its declaration in the form. If the node
 * has no value for the parameter, the default of the declaration is read. A value that cannot be
 * read is refused with an error that names the label; it is never guessed.
 */
export abstract class ParameterReader {
	/** The time zone of the workflow, such as `Europe/Moscow`. */
	abstract readonly zone: string;
	/**
	 * The address of the AlfaCRM, such as `https://demo.s20.online`. A user may give the address of
	 * one of its pages in place of an ID.
	 */
	abstract readonly origin: string;

	/**
	 * Returns the value that the node has, with expressions resolved, or the default if the node has
	 * none.
	 */
	abstract input(parameter: Parameter): unknown;

	/** Makes the error that refuses a value. */
	abstract unreadableError(message: string, label: string): Error;

	/** Returns the value of a field that has a parameter of its own. */
	inputOfField({ name, label }: FieldBasics, defaultValue: Parameter['default'] = ''): unknown {
		return this.input({ name, displayName: label, default: defaultValue });
	}

	/** Reads a switch. */
	flag(parameter: Parameter): boolean {
		const field: Field = { type: 'flag', ...basicsOf(parameter) };
		return this.toRequestValue(field, this.input(parameter)) === 1;
	}

	/** Reads one of the choices that the form declares. */
	choice<T extends string>(parameter: Parameter): T {
		const field: Field = {
			type: 'choice',
			choices: choicesOf(parameter),
			default: parameter.default as string,
			...basicsOf(parameter),
		};
		return this.toRequestValue(field, this.input(parameter)) as T;
	}

	/**
	 * Reads several of the choices that the form declares. An empty array means that none is chosen;
	 * any other empty value, such as an empty text, is refused.
	 */
	choices(parameter: Parameter): string[] {
		const value = this.input(parameter);
		if (Array.isArray(value) && value.length === 0) return [];
		const field: Field = { type: 'choices', choices: choicesOf(parameter), ...basicsOf(parameter) };
		return this.toRequestValue(field, value) as string[];
	}

	/** Reads a whole number within the bounds of the form. */
	integer(parameter: Parameter): number {
		const { minValue, maxValue } = parameter.typeOptions ?? {};
		const field: Field = {
			type: 'integer',
			...(minValue === undefined ? {} : { min: minValue }),
			...(maxValue === undefined ? {} : { max: maxValue }),
			...basicsOf(parameter),
		};
		return this.toRequestValue(field, this.input(parameter)) as number;
	}

	/** @throws NodeOperationError if the parameter is empty */
	text(parameter: Parameter): string {
		return this.toRequestValue({ type: 'text', ...basicsOf(parameter) }, this.input(parameter)) as string;
	}

	/**
	 * Reads the ID of a record. The address of a page is refused: this parameter does not say of
	 * which entity the record is, so it is not known which page would be the right one.
	 */
	id(parameter: Parameter): number {
		return this.toRequestValue({ type: 'id', ...basicsOf(parameter) }, this.input(parameter)) as number;
	}

	/**
	 * Converts a value to the form in which AlfaCRM takes the field. An empty value is refused; a
	 * caller that accepts empty values checks for them first.
	 */
	toRequestValue(field: Field | Filter, value: unknown): Wire {
		if (isList(field) && isBlank(field, value)) {
			const label = labelInForm(field);
			throw this.unreadableError(`'${label}' must be filled, but it is ${quoted(value)}`, label);
		}
		this.assertAddressesOfAccount(field, value);
		try {
			return serialize(field, value, this.zone);
		} catch (caught) {
			if (caught instanceof UnreadableValue)
				throw this.unreadableError(caught.message, caught.label);
			throw this.unreadableError(`'${field.label}' cannot be read`, field.label);
		}
	}

	/** Refuses the address of a page of another AlfaCRM, where the same ID is another record. */
	private assertAddressesOfAccount(field: Field | Filter, value: unknown): void {
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
export class CollectionReader extends ParameterReader {
	readonly zone: string;
	readonly origin: string;

	/**
	 * @param nodeParameters reads the parameters of the node
	 * @param collectionParameter the declaration of the collection
	 * @param values what the user added, by the names of the parameters
	 */
	constructor(
		private readonly nodeParameters: ParameterReader,
		private readonly collectionParameter: Parameter,
		private readonly values: Readonly<Record<string, unknown>>,
	) {
		super();
		this.zone = nodeParameters.zone;
		this.origin = nodeParameters.origin;
	}

	/** Whether the user added a parameter. */
	has(name: string): boolean {
		return Object.hasOwn(this.values, name);
	}

	input({ name, default: defaultValue }: Parameter): unknown {
		return this.has(name) ? this.values[name] : defaultValue;
	}

	unreadableError(message: string, label: string): Error {
		return this.nodeParameters.unreadableError(message, label);
	}

	/** Returns the declaration of a parameter of the collection. */
	parameter(name: string): Parameter {
		const options = (this.collectionParameter.options ?? []) as INodeProperties[];
		const parameter = options.find((option) => option.name === name);
		if (parameter === undefined) {
			throw new RangeError(`'${this.collectionParameter.displayName}' has no "${name}"`);
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
