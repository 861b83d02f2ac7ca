import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const PREFIX = 'alfacrm-queue-';
/** Which processes are at work in a folder, an ID on each line; who finds it knows whose the folder is. */
const MARK = 'processes';

/** Makes a folder for the data of a server, which is of no use when all who are noted in it have ended. */
export function makeFolder(what: string): string {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), `${PREFIX}${what.toLowerCase()}-`));
	noteProcess(folder, process.pid);
	return folder;
}

/** Notes one more process that uses the folder. */
export function noteProcess(folder: string, pid: number): void {
	fs.appendFileSync(path.join(folder, MARK), `${pid}\n`);
}

export function removeFolder(folder: string): void {
	fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the folders of this user that nobody uses any more: whoever had made them was killed. */
export function removeLeftFolders(): void {
	const names = fs.readdirSync(os.tmpdir()).filter((name) => name.startsWith(PREFIX));
	for (const folder of names.map((name) => path.join(os.tmpdir(), name))) {
		try {
			if (isLeft(folder)) removeFolder(folder);
		} catch {
			// Somebody else is about to remove it, or it is not ours.
		}
	}
}

function isLeft(folder: string): boolean {
	const mark = path.join(folder, MARK);
	const [{ uid }, isFolder] = [fs.lstatSync(mark), fs.lstatSync(folder).isDirectory()];
	if (!isFolder || uid !== (process.getuid?.() ?? uid)) return false;
	const processes = fs.readFileSync(mark, 'utf8').split('\n').filter(Boolean).map(Number);
	return processes.length > 0 && !processes.some(isRunning);
}

function isRunning(pid: number): boolean {
	try {
		return process.kill(pid, 0);
	} catch (error) {
		// Somebody else's process is one, too.
		return (error as NodeJS.ErrnoException).code !== 'ESRCH';
	}
}
