import ts from 'typescript';

/** What a bundler writes in other words: a name of another module gets a prefix, and no longer stands for both sides of `{ name }`. */
const REWORDED = [
	ts.SyntaxKind.Identifier,
	ts.SyntaxKind.PropertyAccessExpression,
	ts.SyntaxKind.PropertyAssignment,
	ts.SyntaxKind.ShorthandPropertyAssignment,
];

/**
 * What JavaScript says, node by node and in its order: its literals and names as they are written, and of the rest what kind it is. It
 * is the same before and after modules are put together.
 */
export function contentOfCode(code: string): string[] {
	const file = ts.createSourceFile('code.js', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS);
	const modules = new Set<string>();
	const renamed = new Map<string, string>();
	const content: string[] = [];
	const plain = ({ text }: ts.Identifier) => renamed.get(text) ?? text.replace(/\$\d+$/, '');
	const visit = (node: ts.Node): void => {
		if (ts.isExportDeclaration(node) || node.kind === ts.SyntaxKind.ExportKeyword) return;
		if (ts.isImportDeclaration(node)) {
			const bindings = node.importClause?.namedBindings;
			if (bindings && ts.isNamespaceImport(bindings)) modules.add(bindings.name.text);
			if (bindings && ts.isNamedImports(bindings))
				for (const { name, propertyName } of bindings.elements)
					if (propertyName) renamed.set(name.text, propertyName.text);
			return;
		}
		if (ts.isShorthandPropertyAssignment(node)) content.push(plain(node.name));
		if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression)) {
			const { text } = node.expression;
			if (modules.has(text) || isModule(text)) return visit(node.name);
		}
		if (ts.isIdentifier(node)) content.push(plain(node));
		else if (node.getChildCount() === 0 || ts.isTemplateLiteralToken(node)) content.push(node.getText());
		else if (!REWORDED.includes(node.kind)) content.push(ts.SyntaxKind[node.kind]);
		node.forEachChild(visit);
	};
	const requires = new Set(
		[...code.matchAll(/^const ([\w$]+) = require\('[^']+'\);$/gm)].map(([, name]) => name),
	);
	const isModule = (name: string) => requires.has(name);
	file.statements.filter((statement) => !isOfBundler(statement)).forEach(visit);
	return content;
}

const isOfBundler = (statement: ts.Statement) =>
	/^(const [\w$]+ = require\('[^']+'\);|exports\.[\w$]+ = [\w$]+;|'use strict';|Object\.defineProperty\(exports,.*\);)$/.test(
		statement.getText(),
	);
