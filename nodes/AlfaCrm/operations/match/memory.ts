import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/** A record and the branch in which it can be reached. */
export interface Match {
	row: IDataObject;
	branch?: number;
}

const runs = new WeakMap<IExecuteFunctions, Map<string, Map<number, Match>>>();

/**
 * What this run of the node has written, by path and ID: AlfaCRM's lists may show it late, and the next item may be
 * about the same record.
 */
export function writtenHere(context: IExecuteFunctions, path: string): Map<number, Match> {
	const paths = runs.get(context) ?? new Map<string, Map<number, Match>>();
	runs.set(context, paths);
	const written = paths.get(path) ?? new Map<number, Match>();
	paths.set(path, written);
	return written;
}
