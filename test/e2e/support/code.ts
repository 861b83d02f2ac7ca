import ts from 'typescript';

/** The compiler writes `const entities = require('./entities');` for an import. */
const REQUIRE_CALL = /^const ([\w$]+) = require\('[^']+'\);$/gm;

/** Statements that connect modules. They are gone or different once a bundler has put the modules together. */
const CONNECTING_STATEMENT =
	/^(const [\w$]+ = require\('[^']+'\);|exports\.[\w$]+ = [\w$]+;|'use strict';|Object\.defineProperty\(exports,.*\);)$/;

/**
 * Syntax that a bundler writes in another way. It writes `entities.find` for the `find` of another module, and
 * `{ find: entities.find }` for `{ find }`.
 */
const REWRITTEN_SYNTAX = [
	ts.SyntaxKind.Identifier,
	ts.SyntaxKind.PropertyAccessExpression,
	ts.SyntaxKind.PropertyAssignment,
	ts.SyntaxKind.ShorthandPropertyAssignment,
];

/**
 * Lists the tokens of JavaScript in their order: names and literals as they are written, and the kind of all other syntax.
 * A module has the same tokens before and after a bundler puts it into a file with others.
 */
export function listTokens(code: string): string[] {
	const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
	const reader = new TokenReader(code);
	for (const statement of file.statements) {
		if (!CONNECTING_STATEMENT.test(statement.getText())) {
			reader.read(statement);
		}
	}
	return reader.tokens;
}

class TokenReader {
	readonly tokens: string[] = [];
	/** Names that stand for whole modules, such as `entities` in `import * as entities`. */
	private readonly moduleNames: Set<string>;
	/** The exported name by the local one, such as `find` by `search` after `import { find as search }`. */
	private readonly exportedNames = new Map<string, string>();

	constructor(code: string) {
		const requireCalls = [...code.matchAll(REQUIRE_CALL)];
		this.moduleNames = new Set(requireCalls.map(([, name]) => name));
	}

	/** Adds the tokens of a piece of syntax and of everything in it. */
	read(node: ts.Node): void {
		const isExport = ts.isExportDeclaration(node) || node.kind === ts.SyntaxKind.ExportKeyword;
		if (isExport) return;

		if (ts.isImportDeclaration(node)) {
			this.noteImportedNames(node);
		} else if (ts.isPropertyAccessExpression(node) && this.isModule(node.expression)) {
			this.read(node.name);
		} else {
			this.addTokens(node);
			node.forEachChild((child) => this.read(child));
		}
	}

	private noteImportedNames({ importClause }: ts.ImportDeclaration): void {
		const bindings = importClause?.namedBindings;
		if (bindings === undefined) return;

		if (ts.isNamespaceImport(bindings)) {
			this.moduleNames.add(bindings.name.text);
			return;
		}
		for (const { name, propertyName } of bindings.elements) {
			if (propertyName) {
				this.exportedNames.set(name.text, propertyName.text);
			}
		}
	}

	/** Adds the tokens of the syntax itself, without those of its parts. */
	private addTokens(node: ts.Node): void {
		if (ts.isShorthandPropertyAssignment(node)) {
			// In `{ find }` the name is the key and the value. The part of the syntax adds it once more.
			this.tokens.push(this.findExportedName(node.name));
		} else if (ts.isIdentifier(node)) {
			this.tokens.push(this.findExportedName(node));
		} else if (node.getChildCount() === 0 || ts.isTemplateLiteralToken(node)) {
			this.tokens.push(node.getText());
		} else if (!REWRITTEN_SYNTAX.includes(node.kind)) {
			this.tokens.push(ts.SyntaxKind[node.kind]);
		}
	}

	/** Finds the name under which another module exports a name. A bundler also adds numbers to names, as in `find$1`. */
	private findExportedName({ text }: ts.Identifier): string {
		return this.exportedNames.get(text) ?? text.replace(/\$\d+$/, '');
	}

	private isModule(node: ts.Expression): boolean {
		return ts.isIdentifier(node) && this.moduleNames.has(node.text);
	}
}
