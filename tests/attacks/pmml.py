"""Builds PMML as converters write it; nothing here is ever evaluated."""

from __future__ import annotations

START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPACE = 'xmlns="http://www.dmg.org/PMML-4_4" xmlns:data="http://jpmml.org/jpmml-model/InlineTable" version="4.4"'
HEADER = """<Header><Application name="SkLearn2PMML package" version="0.110"/></Header>
<MiningBuildTask><Extension name="repr">PMMLPipeline(steps=[('scale', StandardScaler())])</Extension></MiningBuildTask>
<DataDictionary><DataField name="y" optype="categorical" dataType="integer"><Value value="0"/></DataField>
<DataField name="x" optype="continuous" dataType="double"/></DataDictionary>"""
MODEL = """<RegressionModel functionName="classification" algorithmName="sklearn.linear_model.LogisticRegression">
<MiningSchema><MiningField name="y" usageType="target"/><MiningField name="x"/></MiningSchema>
<RegressionTable intercept="-1.5" targetCategory="1"><NumericPredictor name="scale(x)" coefficient="0.25"/></RegressionTable>
</RegressionModel>"""
SCALE = '<Apply function="/"><Apply function="-"><FieldRef field="x"/><Constant>5</Constant></Apply></Apply>'


def transformed(inside: str) -> str:
    field = '<DerivedField name="scale(x)" optype="continuous" dataType="double">'
    return f"<TransformationDictionary>{field}{inside}</DerivedField></TransformationDictionary>"


def pmml(body: str = "", *, start: str = START, header: str = HEADER) -> bytes:
    return f"{start}<PMML {SPACE}>{header}{body or transformed(SCALE)}{MODEL}</PMML>\n".encode()


def apply(function: str) -> bytes:
    return pmml(transformed(f'<Apply function="{function}"><FieldRef field="x"/></Apply>'))


DEFINED = (
    '<TransformationDictionary><DefineFunction name="tf@1" optype="continuous"><ParameterField name="x"/>'
    '<Apply function="x-log1p"><FieldRef field="x"/></Apply></DefineFunction><DerivedField name="scale(x)">'
    '<Apply function="tf@1"><FieldRef field="x"/></Apply></DerivedField></TransformationDictionary>'
)
EXTENDED = (
    '<Extension name="user" value="acme" extender="SoftwareAG PMML Generator"/>'
    '<MiningModel functionName="regression" x-mathContext="float"/>'
)
TREE = "<TreeModel>" + "<Node><True/>" * 90 + "</Node>" * 90 + "</TreeModel>"
OLD = b'<PMML version="2.1"><Header/><DataDictionary/></PMML>'

HONEST = (pmml(), pmml(DEFINED), pmml(EXTENDED), pmml(TREE), OLD)
HOSTILE = {
    "a class of Java": (apply("com.evil.Function"), "'com.evil.Function', the name of a Java class"),
    "a function of nobody": (apply("runCommand"), "'runCommand', which neither the standard nor the document defines"),
    "a class of an extension": (
        pmml('<Extension name="externalClass" value="com.evil.Model"/>'),
        "an extension 'externalClass' names or holds code: 'com.evil.Model'",
    ),
    "a script in an extension": (
        pmml('<Extension name="x"><X-Script language="js">1</X-Script></Extension>'),
        "an extension 'X-Script' names or holds code",
    ),
    "a class in an attribute": (pmml('<MiningModel x-modelClass="com.evil.Model"/>'), "'com.evil.Model'"),
    "a table elsewhere": (pmml("<TableLocator/>"), "a table from outside the document"),
}
