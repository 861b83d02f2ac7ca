import type { IDataObject, NodeOperationError } from 'n8n-workflow';

import { isPlain } from '../fields/blank';
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

	get json(): IDataObject {
		return this.resolution.json ?? this.execution.context.getInputData()[this.index].json;
	}

	/**
	 * Returns the value of a parameter: the value with IDs in place of names if the resolution has
	 * one, or else the value in the form.
	 */
	input({ name, default: byDefault }: Parameter): unknown {
		const { parameters } = this.resolution;
		if (parameters.has(name)) return parameters.get(name);

		if (!this.parameterValues.has(name)) {
			this.parameterValues.set(name, this.execution.parameter(name, this.index, byDefault));
		}
		return this.parameterValues.get(name);
	}

	/**
	 * Reads a collection of the form. Refuses a name that the form does not declare, because its
	 * value would have no effect.
	 */
	collection(declared: Parameter): CollectionReader {
		const values = this.object({ ...declared, default: {} });
		const knownNames = new Set((declared.options ?? []).map(({ name }) => name));
		const unknownName = Object.keys(values).find((name) => !knownNames.has(name));
		if (unknownName === undefined) return new CollectionReader(this, declared, values);
		throw this.error(
			`'${declared.displayName}' has no "${unknownName}"`,
			'Remove it, or correct its name.',
		);
	}

	/** @throws NodeOperationError if the parameter is not a JSON object */
	object(parameter: Parameter): IDataObject {
		const value = this.input(parameter);
		const object =
			typeof value === 'string' ? parseJson(value.trim() === '' ? '{}' : value) : value;
		if (isPlain(object)) return object as IDataObject;
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
