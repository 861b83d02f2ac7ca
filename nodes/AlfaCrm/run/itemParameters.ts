import type { IDataObject, NodeOperationError } from 'n8n-workflow';

import { isPlainObject } from '../fields/blank';
import type { Parameter } from '../form/parameters';
import { CollectionReader, ParameterReader } from '../form/parameters';
import { parseJson } from '../values/formats';
import type { Execution } from './execution';
import type { Resolution } from './resolution';

/**
 * Reads the values that the user gives for one input item: the parameters of the node, and the JSON
 * of the item.
 */
export abstract class ItemParameters extends ParameterReader {
	readonly zone: string;

	/**
	 * @param resolution the findings of `resolveItem`. They hold, for example, the IDs that take the
	 * place of names such as "Room 1" in parameters.
	 * @param parameterValues the values of parameters that were read already, by name. Each parameter
	 * is read once, because resolving expressions in n8n takes most of the time before an item's
	 * first call.
	 */
	constructor(
		readonly execution: Execution,
		readonly index: number,
		readonly resolution: Resolution,
		protected readonly parameterValues: Map<string, unknown>,
	) {
		super();
		this.zone = execution.zone;
	}

	/** Makes an error about the form or the input of the item. */
	abstract error(message: string, advice?: string): NodeOperationError;

	get origin(): string {
		return this.execution.origin;
	}

	/** The JSON of the input item. If the item is resolved, names in it are replaced by IDs. */
	get json(): IDataObject {
		if (this.resolution.json) return this.resolution.json;
		const inputItems = this.execution.context.getInputData();
		return inputItems[this.index].json;
	}

	/**
	 * Returns the value of a parameter in the form. If the item is resolved, names in the value are
	 * replaced by IDs.
	 */
	readRawValue(parameter: Parameter): unknown {
		const { name } = parameter;
		const { parameters: resolvedValues } = this.resolution;
		if (resolvedValues.has(name)) return resolvedValues.get(name);

		if (!this.parameterValues.has(name)) {
			const value = this.execution.parameter(name, this.index, parameter.default);
			this.parameterValues.set(name, value);
		}
		return this.parameterValues.get(name);
	}

	/**
	 * Reads the values that the user has added to a collection of the form, such as 'Options'.
	 *
	 * @throws NodeOperationError for a name that the form does not declare, because its value would
	 * have no effect
	 */
	collection(parameter: Parameter): CollectionReader {
		const values = this.object(parameter);
		const knownNames = new Set((parameter.options ?? []).map(({ name }) => name));
		const unknownName = Object.keys(values).find((name) => !knownNames.has(name));
		if (unknownName !== undefined) {
			throw this.error(
				`'${parameter.displayName}' has no "${unknownName}"`,
				'Remove it, or correct its name.',
			);
		}
		return new CollectionReader(this, parameter, values);
	}

	/**
	 * Reads a parameter that holds an object, or the JSON of one. An empty text counts as `{}`.
	 *
	 * @throws NodeOperationError if the parameter holds anything else
	 */
	object(parameter: Parameter): IDataObject {
		const value = this.readRawValue(parameter);
		const isEmptyText = typeof value === 'string' && value.trim() === '';
		if (isEmptyText) return {};

		const object = typeof value === 'string' ? parseJson(value) : value;
		// `IDataObject` is n8n's type for the objects that `isPlainObject` accepts.
		if (isPlainObject(object)) return object as IDataObject;
		throw this.error(
			`'${parameter.displayName}' is not a JSON object`,
			'Write it as {"name": "value"}, or use an expression that gives an object.',
		);
	}

	/** Makes the error for a parameter whose value cannot be read. */
	unreadableError(message: string, label: string): NodeOperationError {
		return this.error(message, `Correct it in this node, or the expression that fills '${label}'.`);
	}
}
