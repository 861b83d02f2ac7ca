import fs from 'node:fs';
import path from 'node:path';

import type { IDataObject } from 'n8n-workflow';

import { readJson, writeJson } from '../../../scripts/lib/json';
import { inRepo } from '../../../scripts/lib/paths';
import type { UpdateHistory } from './updateHistories';
import { UPDATE_HISTORIES } from './updateHistories';

/**
 * The folder contains the static data that each published version has left in workflows. Every later version must
 * go on from it without losing or repeating anything. CONTRIBUTING.md says what to do when the shape of a state
 * changes.
 */
const FOLDER = inRepo('test', 'engine', 'trigger', 'states');

/** The published versions that have stored states, the oldest first. */
export const VERSIONS = fs.readdirSync(FOLDER).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));

const findFile = (version: string, { source }: UpdateHistory): string =>
	path.join(FOLDER, version, `${source}.json`);

/** Lists the histories of which a version has stored a state. An older version may lack a source of events. */
export function listHistoriesOf(version: string): UpdateHistory[] {
	return UPDATE_HISTORIES.filter((history) => fs.existsSync(findFile(version, history)));
}

/** Reads the static data that a version has stored at the update of a history. */
export function readStoredData(version: string, history: UpdateHistory): IDataObject {
	return readJson<IDataObject>(findFile(version, history));
}

/** Reads the static data that the newest published version has stored at the update of a history. */
export function readNewestData(history: UpdateHistory): IDataObject {
	return readStoredData(VERSIONS[VERSIONS.length - 1], history);
}

export function writeStoredData(version: string, history: UpdateHistory, staticData: IDataObject): void {
	fs.mkdirSync(path.join(FOLDER, version), { recursive: true });
	writeJson(findFile(version, history), staticData);
}

/** Makes the static data of the newest version, with another state for the node and for the workflow. */
export function replaceNewestState(
	history: UpdateHistory,
	makeState: (state: IDataObject) => unknown,
): IDataObject {
	const { global, ...dataByNode } = readNewestData(history) as Record<string, Record<string, IDataObject>>;
	const places = [...Object.values(dataByNode), ...Object.values(global)];
	for (const place of places) {
		place.state = makeState(place.state as IDataObject) as IDataObject;
	}
	return { ...dataByNode, global } as IDataObject;
}
