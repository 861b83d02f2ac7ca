import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { leadsToOrigin } from '../api/host';
import type { Choice, Field, FieldBasics, Filter, ApiValue } from '../entities/fieldTypes';
import { findWebAddresses, isBlank, isList, labelInForm, serialize } from '../fields/field';
import { quoted, UnreadableValue } from '../fields/unreadable';

/** A parameter as the form declares it: its label, its default, its choices and its bounds. */
export type Parameter = Pick<
	INodeProperties,
	'displayName' | 'name' | 'default' | 'options' | 'typeOptions'
>;

/**
 * Reads the values of parameters. Each method takes the declaration of a parameter. If the node has
 * no value for the parameter, the default of the declaration is read. A value that cannot be read
 * is refused with an error that names the label; it is never guessed.
 */
export abstract class ParameterReader {
	/** The time zone of the workflow, such as `Europe/Moscow`. */
	abstract readonly zone: string;
	/**
	 * The address of the account, such as `https://demo.s20.online`. In place of an ID, a user may
	 * give the address of a page of this account.
	 */
	abstract readonly origin: string;

	/**
	 * Returns the value that the node has for a parameter, with expressions resolved. If the node has
	 * no value, returns the default of the parameter.
	 */
	abstract readRawValue(parameter: Parameter): unknown;

	/** Makes the error that refuses a value. */
	abstract unreadableError(message: string, label: string): Error;

	/**
	 * Returns the value that the node has for a field of AlfaCRM. The field must have a parameter of
	 * its own, and not be part of a collection or of the field mapper.
	 */
	readRawFieldValue(field: FieldBasics, defaultValue: Parameter['default'] = ''): unknown {
		const { name, label } = field;
		return this.readRawValue({ name, displayName: label, default: defaultValue });
	}

	/** Reads a switch. */
	flag(parameter: Parameter): boolean {
		const field: Field = { type: 'flag', ...basicsOf(parameter) };
		// AlfaCRM takes a switch as 1 or 0.
		return this.toRequestValue(field, this.readRawValue(parameter)) === 1;
	}

	/** Reads one of the choices that the form declares. */
	choice<T extends string>(parameter: Parameter): T {
		const field: Field = {
			type: 'choice',
			choices: choicesOf(parameter),
			default: parameter.default as string,
			...basicsOf(parameter),
		};
		return this.toRequestValue(field, this.readRawValue(parameter)) as T;
	}

	/**
	 * Reads several of the choices that the form declares. An empty array means that none is chosen;
	 * any other empty value, such as an empty text, is refused.
	 */
	choices(parameter: Parameter): string[] {
		const value = this.readRawValue(parameter);
		if (Array.isArray(value) && value.length === 0) return [];

		const field: Field = { type: 'choices', choices: choicesOf(parameter), ...basicsOf(parameter) };
		return this.toRequestValue(field, value) as string[];
	}

	/** Reads a whole number within the bounds of the form. */
	integer(parameter: Parameter): number {
		const { minValue, maxValue } = parameter.typeOptions ?? {};
		const lowerBound = minValue === undefined ? {} : { min: minValue };
		const upperBound = maxValue === undefined ? {} : { max: maxValue };
		const field: Field = {
			type: 'integer',
			...lowerBound,
			...upperBound,
			...basicsOf(parameter),
		};
		return this.toRequestValue(field, this.readRawValue(parameter)) as number;
	}

	/**
	 * Reads a text.
	 *
	 * @throws NodeOperationError if the text is empty
	 */
	text(parameter: Parameter): string {
		const field: Field = { type: 'text', ...basicsOf(parameter) };
		return this.toRequestValue(field, this.readRawValue(parameter)) as string;
	}

	/**
	 * Reads the ID of a record. The address of a page is refused, because the declaration does not
	 * name an entity, so it is not known whether the page shows the right kind of record.
	 */
	id(parameter: Parameter): number {
		const field: Field = { type: 'id', ...basicsOf(parameter) };
		return this.toRequestValue(field, this.readRawValue(parameter)) as number;
	}

	/**
	 * Converts a value that the user has given to the format in which AlfaCRM takes the field. An
	 * empty value is refused; a caller that accepts empty values checks for them first.
	 */
	toRequestValue(field: Field | Filter, value: unknown): ApiValue {
		// `serialize` would accept an empty list, which is how a user empties a field.
		if (isList(field) && isBlank(field, value)) {
			const label = labelInForm(field);
			throw this.unreadableError(`'${label}' must be filled, but it is ${quoted(value)}`, label);
		}
		this.assertAddressesOfAccount(field, value);
		try {
			return serialize(field, value, this.zone);
		} catch (caught) {
			if (caught instanceof UnreadableValue) {
				throw this.unreadableError(caught.message, caught.label);
			}
			// For example, an expression has given an object that cannot be converted to a text.
			throw this.unreadableError(`'${field.label}' cannot be read`, field.label);
		}
	}

	/**
	 * Refuses the address of a page in the AlfaCRM of another school, where the same ID belongs to
	 * another record.
	 */
	private assertAddressesOfAccount(field: Field | Filter, value: unknown): void {
		const addresses = findWebAddresses(field, value);
		const foreignAddress = addresses.find(({ address }) => !leadsToOrigin(this.origin, address));
		if (foreignAddress === undefined) return;

		const { label, address } = foreignAddress;
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

	/** Returns what the user added for a parameter, or its default if the user did not add it. */
	readRawValue(parameter: Parameter): unknown {
		return this.has(parameter.name) ? this.values[parameter.name] : parameter.default;
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

/** Returns the name and the label of a parameter, under the names that they have in a field. */
function basicsOf({ name, displayName }: Parameter): FieldBasics {
	return { name, label: displayName };
}

/** Returns the choices of a dropdown, under the names that they have in a field. */
function choicesOf(parameter: Parameter): Choice[] {
	const options = (parameter.options ?? []) as INodePropertyOptions[];
	return options.map(({ name, value }) => ({ label: name, value: value as string }));
}
