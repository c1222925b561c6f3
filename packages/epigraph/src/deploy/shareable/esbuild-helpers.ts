import type { HelperName } from "./value.ts";

/** The functions that esbuild writes in front of a module, as it prints them, without blanks and comments. */
const TEXTS: Readonly<Record<string, HelperName>> = {
  "(target,all)=>{for(varnameinall)__defProp(target,name,{get:all[name],enumerable:true});}": "export",
  '(to,from,except,desc)=>{if(from&&typeoffrom==="object"||typeoffrom==="function"){for(letkeyof__getOwnPropNames(from))if(!__hasOwnProp.call(to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable});}returnto;}':
    "copyProps",
  '(to,from,except,desc)=>{if(from&&typeoffrom=="object"||typeoffrom=="function")for(letkeyof__getOwnPropNames(from))!__hasOwnProp.call(to,key)&&key!==except&&__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable});returnto;}':
    "copyProps",
  '(mod)=>__copyProps(__defProp({},"__esModule",{value:true}),mod)': "toCommonJS",
  '(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod))':
    "toESM",
  '(target,mod,secondTarget)=>(__copyProps(target,mod,"default"),secondTarget&&__copyProps(secondTarget,mod,"default"))':
    "reExport",
  '(target,value)=>__defProp(target,"name",{value,configurable:true})': "name",
};

/**
 * Which of esbuild's helpers a function is, by its text. One that a new version of esbuild writes otherwise is a
 * function like any other, and what calls it is not shared: a test tells.
 */
export function helperName(text: string): HelperName | null {
  const bare = text
    .replace(/\/\/.*$/gm, "")
    .replace(/\s+/g, "")
    // Names that are taken get a number.
    .replace(/\b(__[A-Za-z]+)\d+\b/g, "$1");
  return Object.hasOwn(TEXTS, bare) ? (TEXTS[bare] as HelperName) : null;
}
