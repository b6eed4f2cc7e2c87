"""The document store on Milvus, and the components that search it and write to it."""
