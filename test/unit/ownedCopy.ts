import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { readJson } from '../../scripts/lib/json';
import type { Manifest } from '../../scripts/lib/owner';
import { writeOwner } from '../../scripts/lib/owner';
import { ROOT } from '../../scripts/lib/paths';

const FOLDERS_LEFT_OUT = ['node_modules', 'dist', '.git', 'images', 'coverage'];

/** Addresses of badges and images, as a README may have them. */
const BADGES = `
![CI](https://github.com/first-owner/n8n-nodes-alfacrm/actions/workflows/ci.yml/badge.svg)
![stars](https://img.shields.io/github/stars/first-owner/n8n-nodes-alfacrm)
https://raw.githubusercontent.com/first-owner/n8n-nodes-alfacrm/main/docs/images/one.png
`;

/** A copy of this repository whose owner is "first-owner", and whose owner can be changed. */
export class OwnedCopy {
	readonly root = fs.mkdtempSync(path.join(os.tmpdir(), 'alfacrm-owner-'));

	/** The files that name the owner, with their texts. */
	private readonly ownedFiles: Array<[file: string, text: string]>;

	constructor() {
		fs.cpSync(ROOT, this.root, { recursive: true, filter: isCopied });
		fs.appendFileSync(path.join(this.root, 'README.md'), BADGES);
		writeOwner(this.root, {
			login: 'first-owner',
			name: 'First Owner',
			email: 'first-owner@users.noreply.github.com',
		});
		const files = Object.entries(this.readAllFiles());
		this.ownedFiles = files.filter(([, text]) => /first-owner|First Owner/.test(text));
	}

	/** Puts the first owner back into every file. */
	restoreFirstOwner(): void {
		for (const [file, text] of this.ownedFiles) {
			fs.writeFileSync(path.join(this.root, file), text);
		}
	}

	/** Deletes the copy. */
	deleteFolder(): void {
		fs.rmSync(this.root, { recursive: true });
	}

	/** Reads a file of the copy. */
	readFile(file: string): string {
		return fs.readFileSync(path.join(this.root, file), 'utf8');
	}

	/** Reads the package.json of the copy. */
	readManifest(): Manifest {
		return readJson<Manifest>(path.join(this.root, 'package.json'));
	}

	/** Reads every file of the copy. The result has the text of each file under its path. */
	readAllFiles(): Record<string, string> {
		const entries = fs.readdirSync(this.root, { withFileTypes: true, recursive: true });
		const files = entries
			.filter((entry) => entry.isFile())
			.map((entry) => path.relative(this.root, path.join(entry.parentPath, entry.name)));
		return Object.fromEntries(files.map((file) => [file, this.readFile(file)]));
	}

	/** Lists the files that have a text in them, except for the tests, which try out owners. */
	listFilesWith(text: string): string[] {
		return Object.entries(this.readAllFiles())
			.filter(([file, content]) => !file.startsWith('test') && content.includes(text))
			.map(([file]) => file);
	}
}

/** Whether a file is copied. No test is copied, except for the tests of the owner. */
function isCopied(file: string): boolean {
	const isOtherTest = /^test\/(?!unit(\/owner|$))/.test(path.relative(ROOT, file));
	return !FOLDERS_LEFT_OUT.includes(path.basename(file)) && !isOtherTest;
}
